// Who judges a page: axe-core, in both lights and two widths, on the page as
// it is without the script and as the script leaves it.
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";

const axe = readFileSync(createRequire(import.meta.url).resolve("axe-core/axe.min.js"), "utf8");
const every = { type: "tag", values: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"] };
// What the light alone can change. All the other rules read the page, which is
// one and the same in both lights (look.css hides nothing by light).
const colours = { type: "rule", values: ["color-contrast", "link-in-text-block"] };

const sights = [
  { width: 320, colorScheme: "light", runOnly: every },
  { width: 320, colorScheme: "dark", runOnly: colours },
  { width: 1280, colorScheme: "dark", runOnly: every },
  { width: 1280, colorScheme: "light", runOnly: colours },
];

// What a thumb presses is 44 px high; a link in a sentence is as high as its line.
const pressed = ".btn, .plain, .row:is(a), .ways a, .doors a, .pager a, .tongues a, .top a, summary, select, textarea, .tick, .say, input:not([type=hidden], .pick, .tick *)";

const low = (pressed) => [...document.querySelectorAll(pressed)]
  .map((e) => [e, e.getBoundingClientRect().height])
  .filter(([e, high]) => high > 1 && high < 43.5) // what only listeners see is 1 px
  .map(([e, high]) => `${Math.round(high)} px high: ${e.outerHTML.slice(0, 120)}`);

// scripts switches what a page may run. Off, the browser parses and serves it
// as one that has no script.
export async function scripts(person, on) {
  person.wire ??= await person.context.newCDPSession((await person.sit()).page);
  await person.wire.send("Emulation.setScriptExecutionDisabled", { value: !on });
}

// desk is where a person's pages are laid before the judge: a page of the same
// house, which stays, since axe is slow wherever it has just arrived.
async function desk(person) {
  if (person.desk) return person.desk;
  person.desk = await person.context.newPage();
  await person.desk.goto(person.page.url());
  await person.desk.evaluate(axe);
  return person.desk;
}

// lay puts a page on the desk as the browser holds it, whatever it took to get
// there; nothing of its own starts again.
async function lay(html) {
  const page = new DOMParser().parseFromString(html, "text/html");
  document.replaceChild(document.adoptNode(page.documentElement), document.documentElement);
  for (const e of document.querySelectorAll("[style]")) e.style.cssText = e.getAttribute("style"); // no rule of the house lets a parser do so
  const come = [...document.querySelectorAll("link[rel=stylesheet], img")].filter((e) => !(e.sheet || e.complete));
  await Promise.all(come.map((e) => new Promise((done) => { e.onload = e.onerror = done; })));
  await document.fonts.ready;
  return document.styleSheets.length;
}

// judge returns what is wrong with the page that somebody is on.
export async function judge(person) {
  const faults = [], page = await desk(person);
  if (await page.evaluate(lay, await person.page.content()) === 0) faults.push("no style");
  let size;
  for (const { width, colorScheme, runOnly } of sights) {
    if (size !== width) await page.setViewportSize({ width: size = width, height: 800 });
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" }); // colours that still change are no colours
    const { wide, violations } = await page.evaluate(async (runOnly) => ({
      wide: document.scrollingElement.scrollWidth - innerWidth,
      violations: (await axe.run(document, { runOnly, resultTypes: ["violations"] })).violations,
    }), runOnly);
    if (runOnly === every) faults.push(...(await page.evaluate(low, pressed)).map((f) => `${width}: ${f}`));
    if (wide > 0) faults.push(`${wide} px too wide at ${width}`);
    for (const v of violations) faults.push(`${width} ${colorScheme}: ${v.id}: ${v.nodes.slice(0, 2).map((n) => `${n.html.slice(0, 160)} ${n.failureSummary}`).join(" | ")}`);
  }
  return faults;
}
