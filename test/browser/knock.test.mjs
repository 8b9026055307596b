// Story 11: somebody knocks. A router is locked, then wiped; how it went is said;
// its bare disk is opened with every slot and every passphrase, in vain; and the
// next day it is whole again, from the cell's other router.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { createSocket } from "node:dgram";
import { once } from "node:events";
import { cpSync, mkdirSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { House, here, played } from "./house.mjs";
import { seated } from "./pen.mjs";
import { finds, sits, takeIn, until, walk } from "./town.mjs";

const root = fileURLToPath(new URL("../..", import.meta.url));
const run = (name, ...args) => execFileSync(name, args, { encoding: "utf8", stdio: ["ignore", "pipe", "inherit"] });

// A disk of one's own, that somebody could take out: a file with a file system,
// which takes root and a loop device. Where there is none, only what files hold is
// dug in; scripts/check digs in the whole disk where it can.
class Disk {
  constructor(t) {
    this.at = mkdtempSync(path.join(tmpdir(), "celld-disk-"));
    this.image = path.join(this.at, "flash.img");
    this.dir = path.join(this.at, "mount");
    writeFileSync(this.image, "");
    truncateSync(this.image, 24 << 20);
    mkdirSync(this.dir);
    run("mke2fs", "-q", "-F", "-t", "ext4", this.image);
    this.plug();
    this.houses = [];
    t.after(async () => {
      for (const h of this.houses) await h.close();
      this.unplug();
      rmSync(this.at, { recursive: true });
    });
  }

  plug() {
    if (this.bare) return;
    try {
      run("mount", "-o", "loop", this.image, this.dir);
      this.in = true;
    } catch {
      console.error("no disk of its own: only what files hold is dug in");
      this.bare = true;
    }
  }

  // settle brings into the image what was written.
  settle() {
    if (this.bare) run("mke2fs", "-q", "-F", "-t", "ext4", "-d", this.dir, this.image);
    else if (this.in) run("sync", "-f", this.dir);
  }

  unplug() {
    this.settle();
    if (this.in) run("umount", this.dir);
    this.in = false;
  }
}

// dig looks for what is known of the cell in the bytes of a disk.
function dig(knows, image, people) {
  const out = execFileSync("go", ["run", "./test/dig/cmd", "-knows", knows, image],
    { cwd: root, encoding: "utf8", input: people.map((p) => p.words).join("\n") });
  const [, all, opened] = out.match(/of (\d+) payloads.*opened (\d+)/);
  return { all: +all, opened: +opened, nothing: /wraps 0, secrets 0, payloads 0, opened 0/.test(out), out };
}

async function port() {
  const s = createSocket("udp4");
  s.bind(0, "127.0.0.1");
  await once(s, "listening");
  const { port } = s.address();
  s.close();
  return port;
}

async function drill(t, lang, script, says) {
  const disk = new Disk(t);
  const [a, b] = [await port(), await port()];
  const mesh = (own, other) => ["-clock", "ntp", "-mesh", `127.0.0.1:${own}`, "-announce", "off", "-peers", `127.0.0.1:${other}`];
  const kitchen = await House.open(mesh(a, b), { name: "Kitchen" });
  const hall = await House.open(mesh(b, a), { name: "Hall", dir: path.join(disk.dir, "cell") });
  disk.houses.push(kitchen, hall);
  await hall.cutPower(); // from now on it keeps its port, as a router does
  const [moss, heron] = await seated(kitchen, ["Moss", "Heron"], { script });
  await takeIn(moss, await hall.person("Guide", { script }));
  const fern = await hall.person("Heron", { script, lang });
  fern.words = heron.words;
  await sits(fern, hall);
  await fern.go("/board");
  await fern.write("words", "The cellar key hangs behind the door");
  await fern.send();
  await finds(moss, "/board", /behind the door/);

  // What a neighbour knows, and the disk as it was before.
  const knows = path.join(disk.at, "knows"), before = path.join(disk.at, "before.img");
  cpSync(kitchen.dir, knows, { recursive: true, filter: (f) => !f.endsWith(".sock") });
  disk.settle();
  cpSync(disk.image, before);
  const had = dig(knows, before, [moss, heron]);
  assert.ok(had.all > 5 && had.opened === had.all, `the digger cannot dig: ${had.out}`);

  // A quick way out: what was looked at is not there when somebody goes back.
  await fern.go("/board");
  if (script) {
    await Promise.all([fern.page.waitForURL("**/network"), fern.page.keyboard.press("Escape").then(() => fern.page.keyboard.press("Escape"))]);
  } else {
    await Promise.all([fern.page.waitForURL("**/network"), fern.at("#quick-exit button").click()]);
  }
  assert.equal(await fern.page.title(), "Wi-Fi");
  assert.doesNotMatch(await fern.text(), /Mill Lane|Heron|Moss/);
  await fern.page.goBack();
  assert.doesNotMatch(await fern.text(), /behind the door|Moss/);

  // Lock: one press, at the foot of any page.
  await fern.signIn();
  await fern.go("/rounds");
  await fern.submit("/lock");
  assert.equal(here(fern), "/in");
  await fern.go("/board");
  assert.equal(here(fern), "/in", "what is locked is read by nobody");

  // Wipe: asked once more, and done.
  await fern.signIn();
  await fern.go("/safety");
  await fern.leaves(() => fern.at('a[href="/safety/wipe"]').click());
  await fern.at("main form").evaluate((f) => { f.noValidate = true; }).catch(() => {});
  if (script) {
    await fern.send();
    assert.match(await fern.text(), says.tick);
  }
  await fern.pick("sure", "1");
  await fern.send();
  assert.match(await fern.title(), says.wiped);
  assert.match(await fern.text(), says.outcome);

  // It begins anew in its own place, and says so.
  await until("the router begins anew", async () => {
    try { return (await (await fetch(new URL("/claim", hall.url))).text()).includes('name="code"'); } catch { return false; }
  });
  await fern.go("/");
  assert.equal(here(fern), "/claim");
  assert.match(await fern.text(), says.wiped);

  hall.program.kill("SIGTERM");
  await hall.ended;
  disk.unplug();
  const got = dig(knows, disk.image, [moss, heron]);
  assert.ok(got.nothing, `after the wipe: ${got.out}`);
  t.diagnostic(`before: ${had.out.trim()}; after: ${got.out.trim()}`);

  // The next day: taken in again, and whole.
  disk.plug();
  await hall.start();
  await moss.go("/routers");
  await takeIn(moss, await hall.person("Guide", { script }));
  await sits(fern, hall);
  await finds(fern, "/board", /behind the door/);
  await walk(moss, hall);
  for (const p of [moss, heron, fern]) assert.deepEqual(p.failures, []);
}

const words = {
  es: { wiped: /Este router está borrado/, outcome: /Aquí ya no se puede leer nada de ello/, tick: /No se ha borrado nada/ },
  ar: { wiped: /هذا الموجّه مُحي/, outcome: /لم يعد يمكن قراءة شيء منه هنا/, tick: /لم يُمحَ شيء/ },
};

for (const [lang, script] of played([["es", true], ["es", false], ["ar", true], ["ar", false]], 0, 3)) {
  test(`11 knock on the door (${lang}, script ${script ? "on" : "off"})`, { timeout: 1_200_000 }, (t) => drill(t, lang, script, words[lang]));
}
