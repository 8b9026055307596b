// A phone's browser that walks from one router of a cell to another. Run by
// test/netns/walk, in the name space of the phone:
//
//   node phone.mjs NAME WORDS PICTURES
//
// It says "walk" on a line of its own, and goes on when it is told so.
import assert from "node:assert/strict";
import path from "node:path";
import readline from "node:readline";
import { launch } from "./house.mjs";

const [name, words, pictures] = process.argv.slice(2);
const browser = await launch();
const context = await browser.newContext({ locale: "en", viewport: { width: 390, height: 844 }, deviceScaleFactor: 2 });
context.setDefaultTimeout(120_000);
const page = await context.newPage();
const heading = async () => (await page.locator("h1").first().innerText()).replaceAll("\n", " ");
const picture = (file) => page.screenshot({ path: path.join(pictures, `${file}.png`) });

// shownTheWay is what a phone's small window shows after a probe.
async function shownTheWay(probe) {
  await page.goto(probe);
  assert.equal(page.url(), "http://hola.internal/hola");
  assert.equal(await heading(), "Come to the table");
  assert.equal(await page.locator("#address").innerText(), "mill-lane.internal");
  assert.equal(await page.locator("script, input:not([type=hidden])").count(), 0, "the small window asks for something");
}

async function signIn() {
  await page.goto("http://mill-lane.internal/");
  assert.equal(new URL(page.url()).pathname, "/in");
  await page.locator("[name=name]").fill(name);
  await page.locator("[name=words]").fill(words);
  await picture("sign-in");
  await Promise.all([page.waitForNavigation(), page.locator("main form button.btn").first().click()]);
  assert.equal(page.url(), "http://mill-lane.internal/");
}

await shownTheWay("http://connectivitycheck.gstatic.com/generate_204");
await picture("hola");
await Promise.all([page.waitForNavigation(), page.locator("button.btn").click()]);
assert.match(await page.locator("body").innerText(), /You know the way now/);
await picture("hola-read");

await signIn();
await page.goto("http://mill-lane.internal/rounds");
const round = await page.locator("a[href^='/r/']").first().getAttribute("href");
await page.goto(`http://mill-lane.internal${round}`);
const [title, ring] = [await heading(), await page.locator(".circle desc").first().textContent()];
assert.ok(title && ring, "there is no round to find again");
console.log(`at the first router: ${title}`);

console.log("walk");
await new Promise((done) => readline.createInterface({ input: process.stdin }).once("line", done));

await shownTheWay("http://captive.apple.com/hotspot-detect.html");
await signIn(); // a session belongs to a router
await page.goto(`http://mill-lane.internal${round}`);
assert.equal(await heading(), title);
assert.equal(await page.locator(".circle desc").first().textContent(), ring);
await picture("round");
console.log(`at the third router: ${title}`);
await browser.close();
process.exit(0);
