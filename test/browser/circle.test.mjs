// Story 7: two friends fall out. Who is not part of it sees the same bytes all
// along, and no way leads from a circle to anybody's seat.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { House, here, played } from "./house.mjs";
import { seated } from "./pen.mjs";

// What is drawn or counted anew at each look, whatever happens (free memory, the
// time of a file), and the raw log, which is no page.
const fresh = /^\/(me\/words|me\/paper|live|static|calendar|join|lost|claim|found|taken|router$|router\/time|routers\/carry\/file|safety\/known\/file|commons\/take\/pages.zip)/;
const addresses = readFileSync(process.env.ROUTES, "utf8").split("\n")
  .filter((line) => line.startsWith("GET ") && !/\{(?!\$)/.test(line)).map((line) => line.slice(4).replace("{$}", ""))
  .filter((path) => !fresh.test(path));

// looked is every page of somebody as it came, byte by byte.
async function looked(p, more = []) {
  const pages = new Map();
  for (const path of [...addresses, ...more]) {
    const answer = await p.context.request.get(new URL(path, p.house.url).href, { maxRedirects: 0 });
    pages.set(path, `${answer.status()} ${await answer.text()}`);
  }
  return pages;
}

function alike(before, after, when) {
  for (const [path, bytes] of before) assert.equal(after.get(path), bytes, `${when}: ${path} is another page to who is not part of it`);
}

const day = (days) => new Date(Date.now() + days * 86_400_000).toISOString().slice(0, 10);

// ways are where forms and links of a page lead.
const ways = (p) => p.at("main form, main a").evaluateAll((all) => all.map((x) => x.getAttribute("action") ?? x.getAttribute("href")));

for (const [lang, script] of played([["en", true], ["es", false], ["ar", true], ["en", false]], 1, 2)) {
  test(`two friends fall out, in ${lang}, script ${script ? "on" : "off"}`, { timeout: 600_000 }, async (t) => {
    const house = await House.open(["-clock", "ntp"]);
    t.after(() => house.close());
    const people = await seated(house, ["Moss", "Heron", "Tide", "Kite", "Fern"], { script });
    const [moss, heron, tide, kite, fern] = people;
    for (const p of people) await p.go(`/?lang=${lang}`);
    await fern.go("/people/");
    const first = await looked(fern);
    const before = new Map([...await looked(fern)].filter(([path, bytes]) => first.get(path) === bytes));
    assert.ok(before.size > 50 && before.size === first.size, `too many pages change by themselves: ${[...first.keys()].filter((path) => !before.has(path))}`);
    const same = async (when) => alike(before, await looked(fern), when);

    await moss.go("/people");
    await moss.leaves(() => moss.at('a[href="/circles"]').click());
    await moss.leaves(() => moss.at('a[href="/circles/call"]').click());
    await moss.at("label.tick", { hasText: "Heron" }).locator("input").check();
    await moss.send();
    const circle = here(moss);
    assert.match(circle, /^\/circles\/[0-9a-z]{13}$/);
    const name = await moss.title();
    assert.match(name, /^\S+ \S+$/, "its name is two words");
    await same("called");
    assert.equal(await fern.go(circle), await fern.go("/circles/0000000000000"), "there is no such page");

    // does goes to the circle and presses the button of one act.
    const does = async (p, act) => {
      await p.go(circle);
      await p.submit(`/${act}`);
    };
    await heron.go("/");
    assert.ok((await heron.text()).includes(name), "it waits for who is part of it");
    await does(heron, "come");
    const asks = async (p, whom) => {
      await p.go(circle);
      await p.at('select[name="whom"]').selectOption({ label: whom });
      await p.submit("/ask");
    };
    await asks(moss, "Tide");
    await does(tide, "recuse");
    assert.equal(await tide.go(circle), await fern.go(circle), "who recused sees it no more");
    await same("recused");
    await asks(heron, "Kite");
    await does(kite, "agree");
    await does(moss, "accept");
    await does(heron, "accept");
    await same("kept");
    await does(kite, "begin");
    assert.ok(await kite.at("li.speak").count() >= 3, "questions to read aloud");
    assert.equal(await kite.at("textarea").count(), 0, "and nowhere to type an answer");
    await does(moss, "ready");
    await does(heron, "ready");
    await kite.go(circle);
    await kite.write("day", day(2));
    await kite.submit("/plan");
    await same("planned");
    await does(kite, "held");

    for (const [p, who, what] of [[moss, "Heron", "Bring the cart back by noon"], [heron, "Moss", "Ask before lending it on"], [kite, "Heron", "Mend the wheel together"]]) {
      await p.go(circle);
      const form = p.at('form[action$="/will"]');
      await form.locator("select").selectOption({ label: who });
      await form.locator('[name="what"]').fill(what);
      await form.locator('[name="day"]').fill(day(7));
      await p.submit("/will");
    }
    await kite.go(circle);
    await kite.write("again", day(200));
    await kite.submit("/again");
    assert.ok(await kite.at(".banner.wrong").count() > 0, "not in half a year");
    await kite.write("again", day(21));
    await kite.submit("/again");
    await does(moss, "sign");
    await does(heron, "sign");
    assert.ok((await heron.text()).includes("Ask before lending it on"));
    await same("agreed");
    for (const p of [moss, heron, kite]) {
      await p.go(circle);
      const away = (await ways(p)).filter((to) => /\/(people|rounds|r)\b|leave|remove/.test(to));
      assert.deepEqual(away, [], "no way leads from a circle to anybody's seat");
    }

    // What an action takes is asked for in the form of any need, without the circle.
    await moss.go(circle);
    await moss.leaves(() => moss.at('form[action$="/need"] button').first().click());
    await moss.at('form[action="/directory/new"]').waitFor();
    assert.equal(await moss.at('[name="words"]').inputValue(), "Bring the cart back by noon");
    const told = await moss.page.content();
    assert.ok(!told.includes(name) && !told.includes(circle), "the form tells of the circle");
    await same("needed");
    await does(heron, "done");
    await does(kite, "met");
    await does(kite, "close");
    await same("closed");

    // The power is pulled, and nothing is lost but the sessions.
    await house.cutPower();
    for (const p of people) await p.pen.signIn();
    await moss.go("/circles/yours");
    assert.ok((await moss.text()).includes(name));
    for (const p of [moss, heron, kite]) await does(p, "forget");
    for (const p of [moss, heron, kite]) {
      await p.go("/circles/yours");
      assert.ok(!(await p.text()).includes(name), "nothing of it is left");
      assert.equal(await p.go(circle), await fern.go(circle));
    }
    const after = await looked(fern);
    for (const [path, bytes] of before) {
      const plain = (page) => page?.replaceAll(/name="token" value="[^"]*"/g, "");
      if (/safety|router/.test(path)) continue; // they tell of the power cut
      assert.equal(plain(after.get(path)), plain(bytes), `expunged: ${path}`);
    }
    for (const p of people) assert.deepEqual(p.failures, []);
  });
}
