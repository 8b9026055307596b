// Who judges a page: axe-core, in both lights and two widths, on the page as
// it is without the script and as the script leaves it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { colours, eyes, sizes } from "./eyes.mjs";
import { faceDown } from "./hands.mjs";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const tags = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"];

const sights = [
  { width: 320, colorScheme: "light" },
  { width: 320, colorScheme: "dark" },
  { width: 1280, colorScheme: "dark" },
  { width: 1280, colorScheme: "light" },
];

// What a thumb presses is 44 px high; a link in a sentence is as high as its line.
const pressed = ".btn, .plain, .row:is(a), .ways a, .doors a, .pager a, .tongues a, .top a, summary, select, textarea, .tick, .say, input:not([type=hidden], .pick, .tick *)";

// The names of what has been found good, by whichever page it was on.
const good = new Set();

// desk is where pages are laid before the judge: a page of the same house, which stays,
// since axe is slow wherever it has just arrived. What shows pictures is laid before
// them by who may see these; a person who is alone has a desk of their own.
export async function desk(person, html = "") {
  const whose = person.alone || /<img\b/.test(html) ? person : person.house;
  whose.desk ??= await open(person);
  return whose.desk;
}

async function open(person) {
  const page = await person.context.newPage();
  await page.emulateMedia({ reducedMotion: "reduce" }); // colours that still change are no colours
  await page.goto(person.page.url());
  await page.evaluate(faceDown); // the script of the page that it was would still write into what is laid here
  await page.evaluate(axe);
  await page.evaluate(`window.eyes = (${eyes})()`);
  const rules = (await page.evaluate((tags) => axe.getRules(tags), tags))
    .filter(({ tags }) => !tags.some((t) => t === "experimental" || t === "deprecated")).map((r) => r.ruleId);
  const strange = [...colours, ...sizes].filter((name) => !rules.includes(name));
  if (strange.length > 0) throw new Error(`axe has no rules ${strange}`);
  return { page, rules: rules.filter((name) => !colours.includes(name)), told: 0 };
}

// lay puts a page on the desk as the browser holds it, whatever it took to get
// there; nothing of its own starts again.
export async function lay(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
  for (const e of document.querySelectorAll("[style]")) e.style.cssText = e.getAttribute("style"); // no rule of the house lets a parser do so
  const come = [...document.querySelectorAll("link[rel=stylesheet], img")].filter((e) => !(e.sheet || e.complete));
  await Promise.all(come.map((e) => new Promise((done) => { e.onload = e.onerror = done; })));
  await document.fonts.ready;
  return document.styleSheets.length;
}

// judge returns what is wrong with the page that somebody is on.
export async function judge(person, html) {
  html ??= await person.page.content();
  const faults = [], it = await desk(person, html), { page, rules } = it;
  if (await page.evaluate(lay, html) === 0) faults.push("no style");
  let last;
  for (const { width, colorScheme } of sights) {
    const size = last !== width;
    if (size) await page.setViewportSize({ width, height: 800 });
    await page.emulateMedia({ colorScheme });
    const known = [...good].slice(it.told); // a set keeps its order
    it.told = good.size;
    const told = await page.evaluate((how) => eyes.look(how), { first: last === undefined, size, known, rules, sizes, pressed });
    for (const name of told.found) good.add(name);
    faults.push(...told.faults.map((f) => `${width} ${colorScheme}: ${f}`));
    last = width;
  }
  return faults;
}
