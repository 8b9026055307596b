// Names as long as a name can be, and letters twice as large on a small phone:
// nothing is wider than the phone, and nothing lies over something else.
import assert from "node:assert/strict";
import { test } from "node:test";
import { House, cell } from "./house.mjs";

const wide = "WMWMWMWMWMWMWMWMWMWMWMWM", long = "Donaudampfschifffahrtsge"; // 24 letters, as many as fit

// narrow looks at a page on a phone of that width: how far it is too wide, and
// what lies over what.
async function narrow(person, width, address) {
  await person.page.setViewportSize({ width, height: 740 });
  await person.go(address);
  const faults = await person.page.evaluate(() => {
    const boxes = (row) => [...row.querySelectorAll("bdi, .bar, .num")].flatMap((e) => {
      const range = document.createRange();
      range.selectNode(e);
      return [...range.getClientRects()];
    });
    const meet = (a, b) => Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 && Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
    const cells = (row) => [...row.children].map(boxes);
    const over = [...document.querySelectorAll(".turns tbody tr")].filter((row) => cells(row).some((a, i, all) => all.slice(i + 1).some((b) => a.some((x) => b.some((y) => meet(x, y))))));
    const out = [...document.querySelectorAll(".top > *")].filter((e) => e.scrollWidth > e.clientWidth + 1);
    const wide = document.scrollingElement.scrollWidth - innerWidth;
    return [...(wide > 0 ? [`${wide} px too wide`] : []), ...[...over, ...out].map((e) => `it lies over another: ${e.textContent}`)];
  });
  assert.deepEqual(faults, [], `${address} at ${width} px`);
}

test("the longest names find room at 320 px", { timeout: 120_000 }, async (t) => {
  const house = await House.open(["-clock", "ntp"]);
  t.after(() => house.close());
  const [moss, other] = await cell(house, ["Moss", wide, long]);
  await moss.bring("x".repeat(60), "Nobody knows the space bar.");
  await moss.go("/people");
  const seats = await moss.at("main a.row[href^='/people/']").evaluateAll((list) => list.map((e) => e.getAttribute("href")));
  await other.go("/turns/facilitator");
  if (!await other.has("/begin")) await moss.go("/turns/facilitator");
  await (await other.has("/begin") ? other : moss).submit("/begin");
  await moss.go("/meetings/new");
  await moss.write("day", "2030-03-01");
  await moss.send();
  const meeting = moss.path;
  while (await moss.at('button[name="yes"]').count() > 0) await moss.leaves(() => moss.at('button[name="yes"]').first().click());
  for (const address of ["/circles/call", "/turns", `${meeting}/minutes`, ...seats, ...seats.map((s) => `${s}/leave`)]) await narrow(moss, 320, address);
});

test("letters twice as large find room on a phone", { timeout: 120_000 }, async (t) => {
  const house = await House.open(["-demo", "-clock", "ntp"]);
  t.after(() => house.close());
  const tide = await house.person("Tide", { lang: "es" });
  tide.words = house.log.match(/name=Tide words="([^"]+)"/)[1];
  await tide.signIn();
  for (const address of ["/", "/practice", "/turns", "/ledger", "/ledger/goods"]) await narrow(tide, 160, address); // as wide as 320 px with letters twice as large
});
