// The small windows of phones that join the Wi-Fi: each asks what its makers have
// it ask, is led to the one page, and is shown it without script. axe judges the
// page in every state, and nothing in it is more than such a window bears.
import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { after, test } from "node:test";
import { chromium } from "playwright-core";
import { House, launch } from "./house.mjs";
import { judge } from "./judge.mjs";

const most = 32 << 10; // of one page, as it comes
const route = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n";
const wayOut = "wan\t00000000\t0101A8C0\t0003\t0\t0\t0\t00000000\t0\t0\t0\n";

// What each asks, and what it calls itself (internal/portal/probes.go has the
// sources). Windows opens /redirect in the person's own browser.
const windows = [
  { of: "an iPhone", probe: "http://captive.apple.com/hotspot-detect.html", agent: "CaptiveNetworkSupport-443.120.2 wispr" },
  { of: "an Android phone", probe: "http://connectivitycheck.gstatic.com/generate_204", agent: "Mozilla/5.0 (Linux; Android 14; wv) AppleWebKit/537.36 (KHTML, like Gecko) Version/4.0 Mobile Safari/537.36" },
  { of: "a Huawei", probe: "http://connectivitycheck.platform.hicloud.com/generate_204", agent: "Mozilla/5.0 (Linux; Android 10; wv)" },
  { of: "Windows", probe: "http://www.msftconnecttest.com/redirect", agent: "Mozilla/5.0 (Windows NT 10.0; Win64; x64)" },
  { of: "Firefox", probe: "http://detectportal.firefox.com/canonical.html", agent: "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0" },
  { of: "GNOME's window", probe: "http://nmcheck.gnome.org/check_network_status.txt", agent: "Mozilla/5.0 (X11; Linux) gnome-shell-portal-helper" },
];

// All signposts stand at one place, one after the other, to which every name leads in
// the one browser, as dnsmasq has it.
let place = "127.0.0.1:0", browser;
after(async () => (await browser)?.close());

const led = () => launch(() => chromium.launch({
  executablePath: "/usr/bin/chromium-headless-shell",
  args: ["--no-sandbox", "--disable-gpu", "--disable-background-networking", `--host-resolver-rules=MAP * ${place}`],
}));

// street is a router with its signpost. It is alone, or has a way to the internet.
async function street({ demo, online = false }) {
  const root = await mkdtemp(path.join(tmpdir(), "celld-root-"));
  await mkdir(path.join(root, "proc/net"), { recursive: true });
  await writeFile(path.join(root, "proc/net/route"), route + (online ? wayOut : ""));
  const house = await House.open(["-portal", place, "-root", root, ...(demo ? ["-demo"] : [])], { browser: {} });
  place = house.log.match(/showing phones the way" addr=(\S+)/)[1];
  house.args[1] = place; // it stays there when it starts again
  house.browser = await (browser ??= led());
  const close = async () => {
    await house.close();
    await rm(root, { recursive: true, force: true });
  };
  return { house, close };
}

// open goes to an address and looks at what came, as such a window has to bear it.
async function open(person, address) {
  const { page } = await person.sit();
  const came = [];
  const note = (r) => came.push(r);
  page.on("response", note);
  const answer = await page.goto(address);
  page.off("response", note);
  const body = await answer.body();
  assert.ok(body.length <= most, `${address}: ${body.length} bytes`);
  for (const r of came) {
    const { pathname } = new URL(r.url());
    assert.ok(r.request().isNavigationRequest() || /^\/static\/look-\w+\.css$/.test(pathname) || pathname === "/favicon.ico", `the small window fetches ${r.url()}`);
    assert.equal((await r.allHeaders())["set-cookie"], undefined, `${r.url()} sets a cookie`);
  }
  assert.equal(await person.at("script, [target], [download], input:not([type=hidden]), textarea").count(), 0, "more than such a window bears");
  return { status: answer.status(), at: page.url(), bytes: body.length };
}

test("each small window is led to the page, and shows it without script", async (t) => {
  const { house, close } = await street({ demo: true });
  t.after(close);
  for (const { of, probe, agent } of windows) {
    const person = await house.person(of, { script: false });
    await person.context.setExtraHTTPHeaders({ "User-Agent": agent });
    const first = await open(person, probe);
    assert.deepEqual([first.status, first.at], [200, "http://hola.internal/hola"], of);
    assert.equal(await person.title(), "Come to the table");
    assert.equal(await person.at("#address").innerText(), "mill-lane.internal");
    assert.equal(await person.at("svg.qr").count(), 1, `${of}: no square to scan`);
    // All the windows are one device here: the first presses for all, and after
    // that the address that was asked for shows the page itself.
    await person.leaves(() => person.at("button.btn").click());
    assert.match(await person.text(), /You know the way now/);
    const again = await open(person, probe.replace("/redirect", "/connecttest.txt").replace("canonical.html", "success.txt"));
    assert.deepEqual([again.status, new URL(again.at).hostname], [200, new URL(probe).hostname], `${of}, once it has been read`);
    assert.match(await person.text(), /mill-lane\.internal/);
    console.log(`${of}: ${first.bytes} bytes`);
    await house.cutPower(); // who has read the page is kept in memory
  }
});

for (const state of [{ demo: false }, { demo: true }, { demo: true, online: true }]) {
  test(`axe finds nothing on the small page, in Spanish and Arabic, ${JSON.stringify(state)}`, async (t) => {
    const { house, close } = await street(state);
    t.after(close);
    const faults = [];
    for (const lang of ["es", "ar"]) {
      const person = await house.person("a phone", { lang });
      const look = async (what) => faults.push(...(await judge(person)).map((f) => `${lang}, ${what}: ${f}`));
      await open(person, "http://hola.internal/hola");
      assert.equal(await person.at("html").getAttribute("lang"), lang);
      await look("new");
      const button = person.at("button.btn");
      if (await button.count() > 0) {
        await person.leaves(() => button.click());
        await look("read");
      }
      await house.cutPower(); // who has read the page is kept in memory
    }
    assert.deepEqual(faults, []);
  });
}
