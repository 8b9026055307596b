// The pages are whole without this script. With it, what others write appears
// while you read, and a word can be copied by one tap.
// A page on which nothing changes by itself asks for nothing: routers have few streams to give.
const lives = document.querySelector("[data-live]");
let stream = lives && document.body.dataset.stream; // goes on from what the page shows
const voice = document.getElementById("live");

// inUse tells whether somebody is at work in a part: it is left alone until
// they are done.
function inUse(part) {
  return part.contains(document.activeElement) && !onSummary() ||
    [...part.querySelectorAll("input, textarea")].some((f) => f.value !== f.defaultValue || f.checked !== f.defaultChecked);
}

const onSummary = () => document.activeElement.matches("summary");

// keepOpen opens in the newer part what somebody has opened in the old one, and
// returns the summary that they stand on, if there is one.
function keepOpen(old, fresh) {
  let stand;
  for (const now of fresh.querySelectorAll("summary")) {
    const was = [...old.querySelectorAll("summary")].find((s) => s.textContent === now.textContent);
    if (was?.parentElement.open) now.parentElement.open = true;
    if (was && was === document.activeElement) stand = now;
  }
  return stand;
}

// swap replaces every part marked data-live by its newer self, and returns the
// sentences marked data-say that became others by it.
function swap(next) {
  const said = [];
  for (const old of document.querySelectorAll("[data-live]")) {
    const newer = next.getElementById(old.id);
    if (!newer || inUse(old)) continue;
    const fresh = document.importNode(newer, true);
    const stand = keepOpen(old, fresh);
    if (fresh.isEqualNode(old)) continue;
    const [before, after] = [old, fresh].map((part) => [part, ...part.querySelectorAll("*")].find((x) => "say" in x.dataset)?.textContent.trim());
    if (after && after !== before) said.push(after);
    old.replaceWith(fresh);
    stand?.focus({ preventScroll: true });
  }
  return said;
}

let busy = false, again = false;

async function refresh() {
  if (busy) { again = true; return; }
  busy = true;
  try {
    const answer = await fetch(location.href, { headers: { "X-Live": "1" }, cache: "no-store" });
    const next = new DOMParser().parseFromString(await answer.text(), "text/html");
    if (!stream && (answer.redirected || answer.ok && !next.querySelector("[data-live]"))) {
      location.assign(answer.url); // what somebody waited for is there
    } else if (!answer.redirected) {
      stream = next.body.dataset.stream || stream;
      const said = swap(next);
      if (said.length > 0) voice.textContent = said.join(" ");
    }
  } catch { /* the router is out of reach; the stream will tell when it is back */ }
  busy = false;
  if (again) { again = false; refresh(); }
}

if (stream && window.EventSource) {
  let source;
  const listen = () => {
    source?.close();
    source = new EventSource(stream);
    source.addEventListener("changed", () => refresh());
  };
  // A page that nobody looks at holds no stream open: routers have few to give.
  document.addEventListener("visibilitychange", async () => {
    source?.close();
    if (document.hidden) return;
    await refresh();
    if (!document.hidden) listen();
  });
  if (!document.hidden) listen();
} else if (lives) {
  // Who has no seat yet has no stream, and waits for somebody all the same.
  const every = document.querySelector("[data-every]")?.dataset.every ?? 10;
  setInterval(() => document.hidden || refresh(), every * 1000);
}

for (const b of document.querySelectorAll("button[data-copy]")) {
  b.hidden = false;
  b.addEventListener("click", async () => {
    const from = document.getElementById(b.dataset.copy);
    try {
      await navigator.clipboard.writeText(from.textContent.trim());
      b.textContent = b.dataset.done;
    } catch {
      getSelection().selectAllChildren(from);
    }
  });
}

for (const b of document.querySelectorAll("button[data-show]")) {
  b.hidden = false;
  b.addEventListener("click", () => {
    const field = document.getElementById(b.dataset.show);
    field.type = field.type === "password" ? "text" : "password";
    field.focus();
  });
}

// Away at once: by the button, or by Escape pressed twice. With the script the
// page that was looked at leaves the history too.
const exit = document.getElementById("quick-exit");
const leave = () => {
  document.body.hidden = true;
  fetch(exit.action, { method: "POST", redirect: "manual", keepalive: true }).catch(() => {}).finally(() => location.replace("/network"));
};
let escaped = 0;
exit?.addEventListener("submit", (e) => { e.preventDefault(); leave(); });
if (exit) addEventListener("keydown", (e) => {
  if (e.key !== "Escape") return;
  if (e.timeStamp - escaped < 1000) leave();
  escaped = e.timeStamp;
});
