// The judges see what they are there for: each fault is put into a good page, and
// told in the light, the width and the language that it is in, and nowhere else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { desk, judge, lay } from "./judge.mjs";

const light = ["320 light", "1280 light"], dark = ["320 dark", "1280 dark"], all = [...light, ...dark];
const tree = ["320 light"]; // what neither light nor width changes is told once
const into = (html, where = ".lead") => `document.querySelector(${JSON.stringify(where)}).insertAdjacentHTML("afterend", ${JSON.stringify(html)})`;

// name of the fault, where it is told, and the style or the change that makes it
const faults = [
  ["color-contrast", all, { css: ".lead{opacity:.3}" }],
  ["color-contrast", dark, { css: "@media (prefers-color-scheme:dark){.lead{color:#65586a}}" }],
  ["color-contrast", light, { css: ".lead{color:#c0ad9b}" }],
  ["color-contrast", ["1280 dark"], { css: "@media (prefers-color-scheme:dark) and (min-width:48rem){.lead{color:#65586a}}" }],
  ["color-contrast", ["320 light"], { css: "@media (prefers-color-scheme:light) and (max-width:30rem){.lead{opacity:.5}}" }],
  // 3.5 to 1 does for large letters: they are good, and the same in a small size is not.
  ["", [], { css: "@media (prefers-color-scheme:light){h1{color:#867a88}}" }],
  ["color-contrast", light, { css: "@media (prefers-color-scheme:light){h1{color:#867a88;font-size:1rem}}" }],
  // The letters are as they were, and what is behind them is not.
  ["color-contrast", light, { css: "@media (prefers-color-scheme:light){main{background:#8b7a78}main .btn,main label,main input{background:#fff;color:#000}}" }],
  ["color-contrast", light, { css: "@media (prefers-color-scheme:light){.patch{height:9rem;margin-bottom:-9rem;background:#8b7a00}.patch~*:not(.lead){visibility:hidden}}",
    change: `document.querySelector(".lead").insertAdjacentHTML("beforebegin", '<div class="patch"></div>')` }],
  ["link-in-text-block", dark, { css: "@media (prefers-color-scheme:dark){.to{color:#d9c7b6;text-decoration:none}}", change: into('<p>All of it stands <a class="to" href="/in">in the book</a> of the cell.</p>') }],
  ["label", tree, { change: 'document.querySelector("label").remove()' }],
  ["label", tree, { lang: "ar", change: 'if (document.documentElement.lang === "ar") document.querySelector("label").remove()' }],
  ["", [], { lang: "es", change: 'if (document.documentElement.lang === "ar") document.querySelector("label").remove()' }],
  ["html-has-lang", tree, { change: 'document.documentElement.removeAttribute("lang")' }],
  // Where the width shows what was hidden, all is looked at again.
  ["image-alt", ["1280 dark"], { css: "@media (max-width:30rem){.sign{display:none}}", change: into('<img class="sign" src="data:image/gif;base64,R0lGODlhAQABAAAAACw=" width="40" height="40">') }],
  ["target-size", ["320 light"], { css: ".near{display:flex}.near a{width:4rem;height:4rem;overflow:hidden}@media (max-width:30rem){.near a{width:1rem;height:1rem}}",
    change: into('<p class="near"><a href="/in">a</a><a href="/lost">b</a></p>') }],
  ["target-size", ["1280 dark"], { css: ".near{display:flex}.near a{width:4rem;height:4rem;overflow:hidden}@media (min-width:48rem){.near a{width:1rem;height:1rem}}",
    change: into('<p class="near"><a href="/in">a</a><a href="/lost">b</a></p>') }],
  ["scrollable-region-focusable", ["320 light"], { css: ".long{overflow-x:auto}.long span{display:block;width:30rem}", change: into('<div class="long"><span>one long line</span></div>') }],
  ["px high", ["320 light"], { css: "@media (max-width:30rem){.btn{min-height:0;padding:0}}" }],
  ["px high", ["1280 dark"], { css: "@media (min-width:48rem){.btn{min-height:0;padding:0}}" }],
  ["px too wide", ["320 light", "320 dark"], { css: "h1{width:30rem}" }],
];

// spoiled opens a page of which something is changed, by a rule of style or else.
async function spoiled(person, { css = "", change = "" }) {
  person.css = css;
  await person.go("/claim");
  await person.page.evaluate(`{ ${change} }`);
  await person.page.evaluate(() => document.head.insertAdjacentHTML("beforeend", '<link rel="stylesheet" href="/static/fault.css">'));
}

test("a fault in a page is told where it is, and nowhere else", { timeout: 600_000 }, async (t) => {
  const house = await House.open();
  t.after(() => house.close());
  const people = {};
  for (const lang of ["en", "es", "ar"]) {
    const p = people[lang] = await house.person("Moss", { lang });
    p.alone = true;
    await p.context.route("**/static/fault.css", (route) => route.fulfill({ contentType: "text/css", body: p.css }));
    await p.go("/claim");
    assert.deepEqual(await judge(p), []);
  }
  for (const [name, where, how] of faults) {
    const p = people[how.lang ?? "en"], it = JSON.stringify([name, how]);
    await spoiled(p, how);
    const told = await judge(p);
    assert.ok(told.every((f) => f.includes(name)), `${it}: ${told.join("\n")}`);
    assert.deepEqual([...new Set(told.map((f) => f.split(":")[0]))].sort(), [...where].sort(), `${it}: ${told.join("\n")}`);
  }
  await spoiled(people.en, {});
  assert.deepEqual(await judge(people.en), [], "nothing is left of a page that was judged before");
});

// What is judged by its name has to be all that axe would judge.
test("whatever axe finds good or pale has been offered to it", { timeout: 600_000 }, async (t) => {
  const house = await House.open(["-demo"]);
  t.after(() => house.close());
  const [, name, words] = house.log.match(/name=(\S+) words="([^"]+)"/);
  const moss = Object.assign(await house.person(name), { words });
  await moss.signIn();
  for (const address of ["/", "/rounds/new", "/ledger/import", "/turns"]) {
    await moss.go(address);
    const { page } = await desk(moss);
    await page.evaluate(lay, await moss.page.content());
    const { judged, missed } = await page.evaluate(async () => {
      const { violations, passes } = await axe.run(document, { runOnly: { type: "rule", values: ["color-contrast"] }, elementRef: true });
      const offered = new Set(eyes.texts().map(({ e }) => e));
      const judged = [...violations, ...passes].flatMap((r) => r.nodes.map((n) => n.element));
      return { judged: judged.length, missed: judged.filter((e) => !offered.has(e)).map((e) => e.outerHTML) };
    });
    assert.ok(judged > 10, `${address}: only ${judged} texts`);
    assert.deepEqual(missed, [], address);
  }
});
