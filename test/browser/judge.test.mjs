// The judges see what they are there for: each fault is put into a good page.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House } from "./house.mjs";
import { judge } from "./judge.mjs";

const faults = {
  "color-contrast": () => { document.querySelector(".lead").style.color = "#9a8a90"; },
  "label": () => { document.querySelector("label").remove(); },
  "html-has-lang": () => { document.documentElement.removeAttribute("lang"); },
  "px high": () => { Object.assign(document.querySelector(".btn").style, { minHeight: "0", padding: "0" }); },
  "px too wide": () => { document.querySelector("h1").style.width = "30rem"; },
};

test("a fault in a page is told", { timeout: 600_000 }, async (t) => {
  const house = await House.open();
  t.after(() => house.close());
  const moss = await house.person("Moss");
  await moss.go("/claim");
  assert.deepEqual(await judge(moss), []);
  for (const [name, spoil] of Object.entries(faults)) {
    await moss.go("/claim");
    await moss.page.evaluate(spoil);
    const told = await judge(moss);
    assert.ok(told.length > 0 && told.every((f) => f.includes(name)), `${name}: ${told.join("\n")}`);
  }
});
