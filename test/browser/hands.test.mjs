// Hands press what somebody could press, and nothing else; a pen fills in the fields
// that a form has, and says so when it is not taken.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, here } from "./house.mjs";

const page = `<!doctype html><h1>Old</h1>
  <button id="good" onclick="document.querySelector('h1').textContent = 'Pressed'">Press <b>me</b></button>
  <button id="off" disabled>Disabled</button>
  <button id="none" style="display:none">Hidden</button>
  <button id="clear" style="visibility:hidden">Unseen</button>
  <details><summary>More</summary><button id="folded">Folded</button></details>
  <div style="position:relative"><button id="under">Under</button><i style="position:absolute;inset:0"></i></div>
  <fieldset disabled><input name="closed"></fieldset>
  <input name="short" maxlength="3"><input name="number" type="number"><input name="read" readonly>
  <select name="one"><option>a</option><option disabled>b</option></select>
  <input type="checkbox" name="tick"><p>one</p><p>two</p>`;

test("hands press what is seen and in reach, and wait for what is not", { timeout: 600_000 }, async (t) => {
  const house = await House.open();
  t.after(() => house.close());
  const moss = await house.person("Moss");
  moss.patience = 0;
  await moss.sit();
  await moss.page.setContent(page);
  const refused = [
    [() => moss.at("#off").click(), "is disabled"], [() => moss.at("#none").click(), "is not seen"],
    [() => moss.at("#clear").click(), "is not seen"], [() => moss.at("#folded").click(), "is not seen"],
    [() => moss.at("#under").click(), "lies under <i"], [() => moss.at("#missing").click(), "is not there"],
    [() => moss.at("p").innerText(), "are 2"], [() => moss.at("p", { hasText: "three" }).innerText(), "is not there"],
    [() => moss.write("closed", "x"), "cannot be written in"], [() => moss.write("read", "x"), "cannot be written in"],
    [() => moss.write("short", "long"), "more than 3 letters"], [() => moss.write("number", "x"), "it takes"],
    [() => moss.at("select").selectOption("b"), "has no"], [() => moss.at("select").selectOption({ label: "c" }), "has no"],
  ];
  for (const [act, why] of refused) await assert.rejects(act, new RegExp(why), why);
  assert.equal(await moss.title(), "Old");
  await moss.at("button", { hasText: "press ME" }).click();
  assert.equal(await moss.title(), "Pressed");
  await moss.at("summary").click();
  await moss.at("#folded").click();
  await moss.at("[name=tick]").check();
  assert.equal(await moss.at(":checked").count(), 2, "the option and the tick");

  // What is not there yet is waited for.
  moss.patience = 60_000;
  await moss.page.evaluate(() => setTimeout(() => document.body.insertAdjacentHTML("beforeend", "<em>late</em>"), 200));
  assert.equal(await moss.at("em").innerText(), "late");
});

test("a pen fills in what a form asks for, and tells when it is not taken", { timeout: 600_000 }, async (t) => {
  const house = await House.open();
  t.after(() => house.close());
  const moss = await house.person("Moss"), { pen } = moss;
  await pen.go("/claim");
  await pen.write("colour", "red");
  await assert.rejects(() => pen.send(), /no field colour/);
  await pen.go("/claim");
  await assert.rejects(() => pen.submit("/nowhere"), /no form/);
  await pen.write("code", "AAAA-AAAA");
  await assert.rejects(() => pen.send(), /is told 4\d\d/);
  await pen.found("Mill Lane");
  await moss.go("/door");
  assert.equal(here(moss), "/door", "who sits by a pen's hand sits at the pages, too");
  assert.equal(await moss.at("#door-code").innerText(), house.door);
});
