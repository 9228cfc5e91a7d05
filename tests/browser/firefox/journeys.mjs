// Takes the journey of journeys.json in Firefox:  node journeys.mjs ADDRESS FIREFOX
//
// ADDRESS is that of a served line, FIREFOX the path of the browser. Prints one line for each journey; the exit code is 1
// if one of them failed. test_journeys.py explains the steps.

import { readFileSync } from "node:fs";
import puppeteer from "puppeteer-core";

const [address, executablePath] = process.argv.slice(2);
const table = JSON.parse(readFileSync(new URL("../journeys.json", import.meta.url), "utf8"));
// Firefox without a screen refuses the touches of WebDriver BiDi (synthesizeTouchAtPoint: NS_ERROR_ILLEGAL_VALUE).
const WAYS = table.ways.filter((way) => way !== "touch");
const MAX_TABS = 120; // presses of Tab after which an element counts as one that the keyboard cannot reach
const PATIENCE = 15_000; // milliseconds to wait for an element or an address

class Visitor {
  constructor(page, way) {
    this.page = page;
    this.way = way;
  }

  async open(url) {
    await this.page.goto(url);
  }

  async arrive(url) {
    const end = Date.now() + PATIENCE;
    while (this.page.url() !== url) {
      if (Date.now() > end) throw new Error(`at ${this.page.url()}, expected ${url}`);
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
    const fits = () => document.documentElement.scrollWidth <= document.documentElement.clientWidth;
    await this.page.waitForFunction(fits, { timeout: PATIENCE });
  }

  async see(selector) {
    const isInView = (selector) => {
      const box = document.querySelector(selector)?.getBoundingClientRect();
      return box && box.width > 0 && box.bottom > 0 && box.top < innerHeight;
    };
    await this.page.waitForFunction(isInView, { timeout: PATIENCE }, selector);
  }

  /** The middle of an element that is in view, in CSS pixels; nothing else is there. */
  async reach(selector) {
    await this.page.waitForSelector(selector, { visible: true, timeout: PATIENCE });
    const middle = (selector) => {
      const element = document.querySelector(selector);
      element.scrollIntoView({ block: "center", behavior: "instant" });
      const box = element.getBoundingClientRect();
      const [x, y] = [box.x + box.width / 2, box.y + box.height / 2];
      return element.contains(document.elementFromPoint(x, y)) && { x, y };
    };
    const point = await this.page.waitForFunction(middle, { timeout: PATIENCE }, selector);
    return point.jsonValue();
  }

  async press(selector) {
    if (this.way === "keyboard") {
      await this.tabTo(selector);
      await this.page.keyboard.press("Enter");
      return;
    }
    const { x, y } = await this.reach(selector);
    await this.page.mouse.click(x, y);
  }

  async dial(key) {
    await (this.way === "keyboard" ? this.page.keyboard.press(key) : this.press(`[data-key='${key}']`));
  }

  async leave(selector) {
    if (this.way !== "keyboard") return this.press(selector);
    await this.page.keyboard.press("Escape");
    await this.page.keyboard.press("Escape");
  }

  async tabTo(selector) {
    await this.page.waitForSelector(selector, { visible: true, timeout: PATIENCE });
    for (let presses = 0; presses < MAX_TABS; presses++) {
      const isBehind = await this.page.evaluate((selector) => {
        const [element, focused] = [document.querySelector(selector), document.activeElement];
        if (focused === element) return null;
        return Boolean(element.compareDocumentPosition(focused) & Node.DOCUMENT_POSITION_FOLLOWING);
      }, selector);
      if (isBehind === null) return;
      if (isBehind) await this.page.keyboard.down("Shift");
      await this.page.keyboard.press("Tab");
      if (isBehind) await this.page.keyboard.up("Shift");
    }
    throw new Error(`the keyboard does not reach ${selector}`);
  }
}

async function journey(browser, [width, height], way, tag, neutral) {
  const page = await browser.newPage();
  await page.setViewport({ width, height });
  await page.setRequestInterception(true);
  page.on("request", (request) => {
    if (request.url().startsWith(neutral)) request.respond({ contentType: "text/html", body: "Sunny." });
    else request.continue();
  });
  const visitor = new Visitor(page, way);
  for (const [step, text] of table.steps) {
    const value = text.replaceAll("{tag}", tag).replaceAll("{neutral}", neutral);
    try {
      await visitor[step](value.startsWith("/") ? address + value : value);
    } catch (error) {
      throw new Error(`${step} ${value}: ${error.message}`);
    }
  }
  await page.close();
}

const browser = await puppeteer.launch({ browser: "firefox", executablePath, headless: true });
let failed = 0;
for (const [name, size] of Object.entries(table.sizes)) {
  for (const way of WAYS) {
    for (const [tag, neutral] of Object.entries(table.neutral)) {
      const result = await journey(browser, size, way, tag, neutral).catch((error) => error);
      failed += result ? 1 : 0;
      console.log(`${name}, ${way}, ${tag}: ${result ? result.message : "passed"}`);
    }
  }
}
await browser.close();
process.exitCode = failed ? 1 : 0;
