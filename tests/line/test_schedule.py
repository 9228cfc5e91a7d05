"""The schedule: how long the line waits for a key."""

from support.subject import Subject

from ivr.call.state import Place
from ivr.call.transitions import Ask
from ivr.line.line import Line
from ivr.speech import timing


def test_line_waits_10_s_for_a_choice_and_20_s_after_a_warning(subject: Subject) -> None:
    for place in subject.line.documents:
        for step in subject.line.steps(place):
            if isinstance(step, Ask):
                least = {"warning": 20, "ending": 20, "farewell": 20, "last": 20, "part": 2}.get(step.reading, 10)
                assert subject.line.schedule.wait(step) >= least


def test_slow_pace_waits_for_a_relay_operator_to_type(line: Line) -> None:
    normal = Ask(Place("tea", "en"), "part")
    slow = Ask(Place("tea", "en", pace="slow"), "part")
    assert line.schedule.wait(slow) >= line.schedule.wait(normal) == 2
    how = Ask(Place("how", "en", pace="slow"), "part")
    words = sum(len(spoken.words.replace("…", "").split()) for spoken in line.schedule.prompts(how))
    assert line.schedule.wait(how) > words * 0.3, "a word a second typed, 2.07 a second read"


def test_every_wait_at_the_slow_pace_is_long_enough_for_a_relay_operator(any_subject: Subject) -> None:
    schedule = any_subject.line.schedule
    for place in any_subject.line.documents:
        for step in any_subject.line.steps(place) if place.pace == "slow" else ():
            if isinstance(step, Ask):
                prompts = schedule.prompts(step)
                speech = sum(schedule.longest_seconds(prompt, slow=True) for prompt in prompts)
                typed = sum(timing.typing_seconds(prompt.words) for prompt in prompts)
                assert speech + schedule.wait(step) >= typed, step
