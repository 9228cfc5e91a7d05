// XML as a person reads it.

const VERB = /<(Say|Play|Number|Redirect)\b[^>]*>.*?<\/\1>|<[^>]+>/gs; // a verb with words is one token

/**
 * A document of TwiML with each verb on a line, indented. The words of a Say stay on its line, with their pauses.
 * @param {string} xml without comments, and without white space between verbs
 */
export function indented(xml) {
  let depth = 0;
  const lines = [];
  for (const [verb] of xml.matchAll(VERB)) {
    if (verb.startsWith("</")) depth -= 1;
    lines.push("  ".repeat(depth) + verb);
    const contains = !/^<[?/]|<\/|\/>$/.test(verb);
    if (contains) depth += 1;
  }
  return lines.join("\n");
}
