// Story 8: a page is written from what lies ready, goes to another cell, is
// changed and translated there; one paragraph comes back with its credit; a number
// that slipped in is taken out of every version; the pages go along as a booklet.
import assert from "node:assert/strict";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { House, here, photo } from "./house.mjs";
import { seated } from "./pen.mjs";
import { judge } from "./judge.mjs";

// speaks lets somebody read in a language from now on.
const speaks = (p, lang) => p.context.addCookies([{ name: "lang", value: lang, url: p.house.url }]);

// looked is what nobody may stumble over on the page that somebody is at.
// Without script a browser here cannot be asked: the walk through the pages does.
async function looked(p) {
  if (!p.script) return;
  const faults = await judge(p);
  assert.deepEqual(faults, [], `${here(p)}: ${faults.join("\n")}`);
}

// follows goes where a link leads.
const follows = (p, link) => p.leaves(() => p.at(link).first().click());

// goesOn writes on a page, with fields by their names.
async function goesOn(p, page, change) {
  await p.go(`${page}/edit`);
  await looked(p);
  const words = p.at('[name="words"]');
  await change(words);
  await p.send();
}

// carry takes a page to another cell, as somebody with a stick does.
async function carry(from, page, to) {
  const got = await from.context.request.get(`${from.house.url}${page}/file`);
  assert.equal(got.status(), 200);
  const file = path.join(to.house.dir, "carried.md");
  await writeFile(file, await got.body());
  assert.ok(!(await readFile(file, "utf8")).includes(from.name), "somebody's name leaves the cell");
  await to.go("/commons/bring");
  await looked(to);
  await to.page.setInputFiles('[name="file"]', file);
  await to.send();
  return here(to);
}

// pictured puts a picture on a page, looks at it there and in the booklet, and
// takes it out with another person's yes.
async function pictured(p, second, page) {
  await p.go(page);
  await follows(p, `a[href="${page}/picture"]`);
  await looked(p);
  await p.page.setInputFiles('[name="picture"]', { name: "oven.jpg", mimeType: "image/jpeg", buffer: await photo(p.house) });
  await p.write("seen", "خبز على الطاولة <b>");
  await p.send();
  assert.equal(here(p), page);
  await looked(p);
  const img = p.at(".prose img");
  assert.equal(await img.getAttribute("alt"), "خبز على الطاولة <b>");
  const src = await img.getAttribute("src");
  const seen = async () => p.context.request.get(p.house.url + src);
  const file = await (await seen()).body();
  assert.ok(file.subarray(0, 2).toString("hex") === "ffd8" && !file.includes("NobodysPhone"), "the picture says where it was taken");
  await img.holds((e) => e.naturalWidth === 64);
  await p.go("/commons/take");
  await p.go(await p.at('a[href*="/commons/take/booklet"]').first().getAttribute("href"));
  assert.equal(await p.at(`img[src="${src}"]`).count(), 1);

  await p.go(`${page}/out`);
  await looked(p);
  await p.at('[name="pick"]').check();
  await p.leaves(() => p.at("main button.danger").click());
  await second.go(page);
  assert.equal(await second.at(".prose img").count(), 0);
  assert.equal((await seen()).status(), 200, "it goes before a second person said so");
  await looked(second);
  await second.submit("/yes");
  assert.equal((await seen()).status(), 404);
}

for (const [script, lang] of [[true, "es"], [false, "ar"]]) {
  test(`a page goes to another cell and comes back, in ${lang}, script ${script ? "on" : "off"}`, { timeout: 600_000 }, async (t) => {
    const [a, b] = await Promise.all([House.open(), House.open()]);
    t.after(() => Promise.all([a.close(), b.close()]));
    const [moss, heron] = await seated(a, ["Moss", "Heron"], { script });
    const [wren] = await seated(b, ["Wren"], { script });
    for (const p of [moss, heron, wren]) await speaks(p, lang);

    // From the first screen to the shelf, and from what lies ready to a page.
    await moss.go("/");
    await follows(moss, 'a[href="/commons"]');
    await looked(moss);
    await follows(moss, `a[href="/commons/starter/${lang}/playbook"]`);
    await looked(moss);
    await moss.submit("/playbook");
    const page = here(moss);
    assert.equal(await moss.at(".prose").getAttribute("lang"), lang);
    await looked(moss);
    await goesOn(moss, page, async (words) => words.fill("# Pan\n\nHarina y agua.\n\nEsperar una hora.\n\n<script>alert(1)</script>"));
    assert.equal(await moss.at(".prose script").count(), 0);
    assert.ok((await moss.text()).includes("<script>alert(1)</script>"));

    // The other cell makes it theirs and changes it.
    const copy = await carry(moss, page, wren);
    await looked(wren);
    await wren.submit("/fork");
    const theirs = here(wren);
    assert.notEqual(theirs, copy);
    await goesOn(wren, theirs, async (words) => words.fill("# Bread\n\nFlour and water.\n\nWait a night."));
    await goesOn(wren, theirs, async (words) => {
      await words.fill("# Pan\n\nHarina y agua.\n\nEsperar una noche.\n\n<script>alert(1)</script>");
      await wren.at('[name="language"]').selectOption("pt");
    });

    // One paragraph comes back, and says from whom.
    await carry(wren, theirs, moss);
    await moss.go(page);
    await follows(moss, `a[href^="${page}/theirs"]`);
    await looked(moss);
    assert.equal(await moss.at('[name="pick"]').count(), 1);
    await moss.at('[name="pick"]').check();
    await moss.send();
    assert.equal(here(moss), page);
    const text = await moss.text();
    assert.ok(text.includes("Esperar una noche.") && !text.includes("Esperar una hora."), text);
    assert.match(text, /Mill Lane.*\(CC BY-SA 4\.0\)/);

    // Two write at once: the later one is shown both.
    await moss.go(`${page}/edit`);
    await goesOn(heron, page, async (words) => words.fill((await words.inputValue()).replace("Harina", "Harina de centeno")));
    await moss.write("words", (await moss.at('[name="words"]').inputValue()) + "\n\nLlama al 555 0199.");
    await moss.send();
    await looked(moss);
    const merged = await moss.at('[name="words"]').inputValue();
    assert.ok(merged.includes("centeno") && merged.includes("555 0199"), merged);
    await moss.send();
    await moss.go(`${page}/versions`);
    await looked(moss);
    const changes = await moss.at('a[href*="/changes?v="]').first().getAttribute("href");
    await moss.go(changes);
    await looked(moss);

    // The number should not stand there. Heron says so too.
    await goesOn(heron, page, async (words) => words.fill((await words.inputValue()) + "\n\nO al 555-0199."));
    await moss.go(`${page}/out`);
    await looked(moss);
    await moss.write("words", "5550199");
    await moss.leaves(() => moss.at("main button.danger").click());
    assert.equal(here(moss), page);
    assert.ok(!(await moss.text()).includes("0199"));
    await heron.go("/");
    await follows(heron, `a[href="${page}"]`);
    await looked(heron);
    await heron.submit("/yes");
    await heron.go(`${page}/versions`);
    const all = await heron.at('a[href*="/changes?v="]').evaluateAll((list) => list.map((x) => x.getAttribute("href")));
    assert.ok(all.length >= 6, `${all.length} versions`);
    let gone = 0;
    for (const version of all) {
      await heron.go(version);
      const said = await heron.at("main").innerText();
      assert.ok(!said.includes("0199"), said);
      await heron.go(version.replace("/changes", ""));
      if (await heron.at(".prose").count() === 0) gone++;
      assert.ok(!(await heron.text()).includes("0199"));
    }
    assert.equal(gone, 2);

    // What goes along has none of it either, and prints.
    await moss.go("/commons/take");
    const booklet = await moss.at('a[href*="/commons/take/booklet"]').first().getAttribute("href");
    await moss.go(booklet);
    const printed = await moss.text();
    assert.ok(printed.includes("centeno") && !printed.includes("0199"), printed);
    assert.equal((await moss.page.pdf()).subarray(0, 4).toString(), "%PDF");

    await pictured(moss, heron, page);
    for (const p of [moss, heron, wren]) assert.deepEqual(p.failures, []);
  });
}
