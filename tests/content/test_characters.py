"""Characters of texts: an allow-list by script names what no voice can say and no reader can see."""

import pytest

from ivr.content.characters import wrong_characters


def kinds(text: str, tag: str) -> list[tuple[str, str]]:
    return [(found.kind, found.character) for found in wrong_characters(text, tag)]


@pytest.mark.parametrize(
    "character",
    "\u200b\u200c\u200d\u200e\u200f\u202a\u202e\u2066\u2060\ufeff\u00ad\u2028\u2029\u2003\u3000\ufe0f\t\u0085",
)
def test_invisible_character_in_a_latin_text_is_named(character: str) -> None:
    assert kinds(f"Aquí{character}no", "es") == [("invisible", character)]


@pytest.mark.parametrize("character", "\ufffd\u0378\ue000\uffff")
def test_damaged_character_is_named(character: str) -> None:
    assert kinds(f"Aqu{character} no", "es") == [("damaged", character)]


@pytest.mark.parametrize("text", ["TambiÃ©n", "tÃº", "Ã¡rbol", "mañana Â¿no?", "â€œsí"])
def test_text_that_was_read_in_a_wrong_encoding_is_damaged(text: str) -> None:
    assert {kind for kind, _ in kinds(text, "es")} == {"damaged"}


@pytest.mark.parametrize(
    ("text", "tag", "character"),
    [
        ("Аquí no", "es", "А"),
        ("cаsa", "es", "а"),
        ("αqui", "fr", "α"),
        ("позвoните", "ru", "o"),
        ("приходите c нами", "ru", "c"),
        ("ｃasa", "es", "ｃ"),
        ("ﬁn", "fr", "ﬁ"),
        ("漢字", "vi", "漢"),
        ("สวัสดี", "zh", "ส"),
    ],
)
def test_letter_of_another_script_is_named(text: str, tag: str, character: str) -> None:
    assert ("script", character) in kinds(text, tag)


@pytest.mark.parametrize("sign", "*#@_=/\\{}[]<>|~^`´²½①€$🙂©+")
def test_sign_that_a_voice_does_not_speak_is_named(sign: str) -> None:
    assert kinds(f"sí {sign} no", "es") == [("sign", sign)]


@pytest.mark.parametrize(
    ("tag", "text"),
    [
        ("es", "¿Qué? ¡No! (Sí): «niño», “ü”; 1.ª — …".replace("1", "")),
        ("fr", "Où\u00a0? «\u202fOui\u202f», l’été… œuvre, c'est ça"),
        ("pt", "Não há. AMANHÃ! “coração”"),
        ("de", "„Ja“, ‚nein‘: Straße"),
        ("ca", "col·lecció"),
        ("vi", "Không ai ở đây. Nguyễn Thị Ửng"),
        ("tr", "İstanbul’da ışık. SMS'e"),
        ("ht", "Si w an danje, rele n’ap ede w"),
        ("haw", "ʻāina"),
        ("yo", "ẹ̀kọ́ ọ̀rọ̀"),
        ("art-lulu", "lu lo"),
        ("ru", "Звоните в StrongHearts по поводу визы T. Ёж"),
        ("sr", "Џеп, љубав"),
        ("el", "Τι κάνετε; Καλά· ναι"),
        ("hy", "Բարեւ։ Ինչպե՞ս"),
        ("ka", "გამარჯობა"),
        ("ar", "هل أنت في خطر؟ اتصل، الآن؛ «مرحبا»ـ"),
        ("ar", "مكتب \u200eStrongHearts\u200f هنا"),
        ("fa", "می\u200cخواهم کمک"),
        ("ur", "کیا آپ خطرے میں ہیں؟ ۔"),
        ("he", "שלום־לך ״כן״"),
        ("hi", "कृपया प्रतीक्षा करें। क्या आप ठीक हैं? र्\u200dय"),
        ("bn", "আপনি কি বিপদে? ৎ ।"),
        ("ml", "നമസ്കാരം ന്\u200d"),
        ("ta", "வணக்கம்."),
        ("th", "สวัสดีครับ น้ำ ฯลฯ ๆ"),
        ("km", "សួស្តី\u200bអ្នក។"),
        ("my", "မင်္ဂလာပါ။"),
        ("am", "ሰላም። እንዴት፣"),
        ("zh", "您好！请按、（是）「好」。二〇二五年 T签证"),
        ("zh-Hant", "您好！請按：《法律》；二〇二五"),
        ("ja", "こんにちは。「はい」・コーヒー〜々"),
        ("ko", "안녕하세요. T비자, 漢字"),
    ],
)
def test_good_text_of_any_script_has_no_wrong_character(tag: str, text: str) -> None:
    assert kinds(text, tag) == []


def test_joiner_is_wrong_where_its_script_does_not_need_it() -> None:
    assert kinds("mano\u200cs", "es") == [("invisible", "\u200c")]
    assert kinds("می\u200bخواهم", "fa") == [("invisible", "\u200b")]


def test_each_wrong_character_is_told_once_with_its_name_and_place() -> None:
    (found,) = wrong_characters("Aquí no con\u200btesta nin\u200bguna", "es")
    assert str(found) == "U+200B (ZERO WIDTH SPACE) in “quí no contesta nin”"
