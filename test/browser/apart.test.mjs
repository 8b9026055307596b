// Story 9, of it what one cell's routers go through: they lose each other, people
// go on at each of them, and when they meet again they show the same.
import assert from "node:assert/strict";
import { test } from "node:test";
import { here, tin, yes } from "./house.mjs";
import { agree, alike, finds, last, sees, settled, walk, wayOut } from "./town.mjs";

// asks lets somebody ask the tin for money, and two others approve it.
async function asks(p, what, amount, others) {
  await p.go("/ledger/expense/new");
  await p.write("for", what);
  await p.write("amount", amount);
  await p.send();
  const request = here(p);
  for (const other of others) {
    await other.go(request);
    await other.press("I approve it");
  }
  return request;
}

// gave writes down hours that somebody received.
async function gave(p, hours, to, what) {
  await p.go("/ledger/pay");
  await p.pick("way", "gave");
  await p.at('select[name="to"]').selectOption({ label: to });
  await p.write("h", String(hours));
  await p.write("for", what);
  await p.press("Send it to");
  return here(p);
}

const onlyHere = /Not yet on another router/, travelled = /^(?![^]*Not yet on another router)/;

// note hangs words on the board.
async function note(p, words) {
  await p.go("/board");
  await p.write("words", words);
  await p.press("Put it on the board");
  await finds(p, "/board", new RegExp(words));
}

// apart is the time in which the mill hears nobody.
async function apart(t, script) {
  const { town, people } = await settled(t, ["Moss", "Heron", "Tide", "Kite"], { script });
  const [kitchen, hall, mill] = town.houses, [moss, heron, tide, kite] = people;
  await tin(people, "80");
  const bread = await asks(moss, "Flour for a month", "50", [heron, tide]);
  const fare = await asks(heron, "Bus fares", "45", [moss, kite]);
  const bench = await moss.bring("A bench in front of the house", "The old one broke.");
  const lamp = await moss.bring("A lamp for the back stairs", "Fern fell in March.");
  await moss.say(bench, "consent");
  await moss.say(lamp, "consent");
  await heron.say(bench, "consent");
  await heron.say(lamp, "consent");
  await walk(heron, hall);
  await walk(tide, mill);
  await finds(tide, bench, /A bench/);
  await tide.say(bench, "consent");
  await last(kite, bench);
  await agree([moss, heron, tide]);

  town.part(mill);

  // Agreed in the kitchen, objected to in the mill.
  await kite.say(bench, "consent");
  assert.match(await kite.text(), /it is agreed/);
  await finds(heron, bench, /We agreed on this/);
  await tide.say(bench, "objection", { reason: "The cart cannot pass any more.", lens: "harm" });
  assert.match(await tide.text(), /Nothing is decided while your objection stands/);

  // The two last voices of another round do not hear each other.
  await kite.say(lamp, "consent");
  await tide.say(lamp, "consent");
  for (const [p, name] of [[moss, "Tide"], [tide, "Kite"]]) {
    await finds(p, lamp, new RegExp(`not heard from\\?\\s+${name}\\.`));
    assert.doesNotMatch(await p.text(), /We agreed on this/);
  }

  // The tin pays twice; there is enough for one of both.
  await kite.go(bread);
  await kite.press("I have paid it out");
  await tide.go(fare);
  await tide.press("I have paid it out");
  await finds(heron, "/ledger/tin", /30\.00/);
  await finds(tide, "/ledger/tin", /35\.00/);

  // Kite receives as many hours on both sides as one limit lets through once.
  const roof = await gave(moss, 6, "Kite", "The roof");
  await kite.go(roof);
  await kite.press("Yes");
  const well = await gave(tide, 6, "Kite", "The well");
  await walk(kite, mill);
  await kite.go(well);
  await kite.press("Yes");
  assert.match(await kite.text(), /Both said yes, and it counts/);
  await walk(kite, kitchen);

  // What hangs in the mill has not travelled, and says so; in the kitchen it is not there.
  await note(tide, "The mill is dry and warm");
  assert.match(await tide.text(), onlyHere);
  await note(moss, "Soup at seven");
  await sees(moss, travelled); // an open page hears also of what has gone on its way
  assert.doesNotMatch(await moss.text(), /dry and warm/);
  await finds(heron, "/board", /Soup at seven/);
  await tide.go("/board");
  assert.match(await tide.text(), onlyHere);
  assert.doesNotMatch(await tide.text(), /Soup at seven/);
  await finds(tide, "/", /This router is alone[^]*What you write is kept, and travels when it meets another/);
  return { town, people, bench, lamp, roof, well };
}

// together is what everybody sees after it.
async function together({ town, people, bench, lamp, roof, well }) {
  const { houses } = town, [kitchen] = houses, [moss, heron, tide, kite] = people;
  await tide.go("/board");
  await heron.go("/board");
  town.meet(houses[2]);
  await sees(heron, /The mill is dry and warm/);
  await sees(tide, /Soup at seven/);
  await sees(tide, travelled);
  await agree([moss, heron, tide]);

  const shown = ["/", bench, "/ledger/tin", "/ledger", "/rounds", lamp, roof, well, "/board", "/people"];
  const [, told, drawn, hours] = await alike(moss, houses, shown);
  assert.match(told, /This was agreed, and is not in force now[^]*Somebody objects/);
  assert.match(told, /Tide objects[^]*The cart cannot pass/);
  for (const p of [moss, heron, tide, kite]) {
    const first = await finds(p, "/", /A bench in front of the house[^]*It was agreed, and is not in force now/);
    assert.match(first, /The book shows more taken out than there was/);
  }
  assert.match(drawn, /−15\.00[^]*more taken out than there was[^]*until what is missing is put in/);
  assert.match(hours, /Kite\s+−12:00[^]*Together\s+0:00/);
  await walk(moss, kitchen);
}

// settle is what they do about it, each at another router.
async function settle({ town, people, bench, lamp }) {
  const { houses } = town, [kitchen] = houses, [moss, heron, tide, kite] = people;
  // All had spoken, and nobody was there when the last one did.
  await moss.go(lamp);
  await moss.press("Write it down as agreed");
  for (const p of people) await finds(p, lamp, /We agreed on this/);

  await heron.go(bench); // looks after the round
  await heron.press("Go on to the objections");
  await finds(moss, bench, /Help find a way/);
  await moss.press("Help find a way");
  await moss.press("Change the text");
  await moss.write("what", "A bench in front of the house, beside the door");
  await moss.press("Put the new text on the table");
  await wayOut(tide, bench, /beside the door/);
  await tide.press("Yes, it does");
  for (const p of people) {
    await finds(p, bench, /beside the door/);
    if (p === kite) await last(p, bench);
    await p.say(bench, "consent");
  }
  for (const p of people) await finds(p, bench, /We agreed on this/);

  await tide.go("/ledger/tin");
  await tide.at("details:has([name=amount]) summary").click();
  await tide.write("amount", "15");
  await tide.leaves(() => tide.at('form:has([name="amount"]) button').click());
  const missing = here(tide);
  await finds(moss, missing, /15\.00/);
  await yes(moss, missing);
  for (const p of people) await finds(p, "/ledger/tin", /^(?![^]*more taken out than there was)[^]*0\.00/);
  await gave(moss, 1, "Kite", "The door");
  assert.match(await moss.text(), /Kite can receive/, "beyond the limit nothing more is received");
  await agree([moss, heron, tide]);
  await alike(moss, houses, ["/", bench, "/ledger", "/ledger/tin"]);
  await walk(moss, kitchen);
}

// burned is what is left to them when the first router is gone for ever.
async function burned({ town, people, bench, lamp, roof }, script) {
  const [kitchen, hall, mill] = town.houses, [moss, heron, tide, kite] = people;
  await moss.go("/invite");
  await moss.send();
  const code = (await moss.text()).match(/\b[A-Z0-9]{4}-[A-Z0-9]{4}\b/)[0];
  await agree([moss, heron, tide]);
  const shown = ["/rounds", "/ledger", "/ledger/tin", "/people", "/board", bench, lamp, roof];
  const before = await alike(moss, [kitchen], shown);
  await town.burn(kitchen);

  for (const p of [moss, kite]) await walk(p, hall);
  assert.deepEqual(await alike(moss, [hall, mill], shown), before, "all is there after the fire");
  await walk(moss, hall);
  const robin = await hall.person("Robin", { script });
  await robin.go(`/join?code=${code}`);
  await robin.write("name", "Robin");
  await robin.send();
  await robin.pick("written", "1");
  await robin.send();
  assert.match(await robin.text(), /Moss/, "who came with an invitation waits for who gave it");
  await finds(tide, "/people", /Robin/);

  const round = await moss.bring("We look for another router", "The kitchen burned.");
  for (const p of people) {
    await finds(p, round, /another router/);
    if (p === kite) await last(p, round);
    await p.say(round, "consent");
  }
  for (const p of people) await finds(p, round, /We agreed on this/);

  await heron.go("/routers");
  await heron.press(/^Kitchen/);
  await heron.press("Let this router go");
  await heron.press("Yes, let it go");
  await finds(tide, "/routers", /2 of 2 within reach[^]*Let go\s+Kitchen/);
  await agree([moss, tide]);
}

for (const script of [false, true]) {
  test(`three routers lose each other, meet again, and one burns, script ${script ? "on" : "off"}`, { timeout: 1_200_000 }, async (t) => {
    const there = await apart(t, script);
    await together(there);
    await settle(there);
    await burned(there, script);
    for (const p of there.people) assert.deepEqual(p.failures, []);
  });
}
