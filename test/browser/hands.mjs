// What people see on a page and do to it, each in one step inside the page. The
// driver's own locators bring 300 kB of script along into every page that comes,
// which is as much work as the page itself; the names here are theirs, and so is
// what they ask before they press: that it can be seen, and that nothing is over it.
const glance = 50; // ms

// inside is evaluated in the page, and sees nothing that is out here. It returns
// { value }, or { wait } with what it waits for, or { wrong }.
function inside(steps, act, arg, own) {
  const plain = (s) => s.replaceAll(/[\u200b\u00ad]/g, "").replaceAll(/\s+/g, " ").trim();
  const seen = (e) => {
    const { width, height } = e.getBoundingClientRect();
    return width > 0 && height > 0 && e.checkVisibility({ visibilityProperty: true });
  };
  const says = (e, words) => words instanceof RegExp ? words.test(plain(e.textContent)) : plain(e.textContent).toLowerCase().includes(plain(words).toLowerCase());

  const all = (from) => from.reduce((list, { css, hasText, has, visible, nth }) => {
    if (css) list = [...new Set(list.flatMap((e) => [...e.querySelectorAll(css)]))];
    if (hasText !== undefined) list = list.filter((e) => says(e, hasText));
    if (has) list = list.filter((e) => all(has).some((x) => e.contains(x) && e !== x));
    if (visible) list = list.filter(seen);
    return nth === undefined ? list : list.slice(nth, nth + 1);
  }, [document]);

  // kept tells what keeps a finger from an element.
  const kept = (e) => {
    if (!seen(e)) return "is not seen";
    if (e.matches(":disabled")) return "is disabled";
    e.scrollIntoView({ block: "center", behavior: "instant" });
    const box = [...e.getClientRects()].find((b) => b.width > 0 && b.height > 0);
    const hit = document.elementFromPoint(box.left + box.width / 2, box.top + box.height / 2);
    if (!hit || !(e.contains(hit) || hit.closest("label")?.control === e)) return `lies under ${hit?.outerHTML.slice(0, 120)}`;
  };
  const told = (e, ...events) => {
    for (const name of events) e.dispatchEvent(new Event(name, { bubbles: true }));
  };

  const doing = {
    click: (e) => ({ wait: kept(e), then: () => e.click() }),
    check: (e, { force } = {}) => {
      if (e.checked) return {};
      return { wait: force ? (e.matches(":disabled") ? "is disabled" : undefined) : kept(e), then: () => { e.click(); if (!e.checked) throw new Error("it stays as it was"); } };
    },
    fill: (e, words) => {
      const wait = !seen(e) ? "is not seen" : e.matches(":disabled, :read-only") ? "cannot be written in" : undefined;
      return { wait, then: () => {
        if (e.maxLength >= 0 && words.length > e.maxLength) throw new Error(`more than ${e.maxLength} letters`);
        e.focus();
        e.value = words;
        if (e.value.replaceAll("\r", "") !== words) throw new Error(`it takes ${JSON.stringify(e.value)} of ${JSON.stringify(words)}`);
        told(e, "input", "change");
      } };
    },
    selectOption: (e, wanted) => {
      const option = [...e.options].find((o) => typeof wanted === "string" ? o.value === wanted : plain(o.label) === wanted.label);
      const wait = !seen(e) ? "is not seen" : e.matches(":disabled") ? "is disabled" : !option || option.disabled ? `has no ${JSON.stringify(wanted)}` : undefined;
      return { wait, then: () => { option.selected = true; told(e, "input", "change"); } };
    },
    innerText: (e) => ({ value: e.innerText }),
    textContent: (e) => ({ value: e.textContent }),
    inputValue: (e) => ({ value: e.value }),
    getAttribute: (e, name) => ({ value: e.getAttribute(name) }),
    waitFor: (e) => ({ wait: seen(e) ? undefined : "is not seen" }),
    evaluate: (e) => ({ value: own(e) }),
    holds: (e) => ({ wait: own(e) ? undefined : "is not yet so" }),
  };

  const list = all(steps);
  if (act === "count") return { value: list.length };
  if (act === "allInnerTexts") return { value: list.map((e) => e.innerText) };
  if (act === "evaluateAll") return { value: own(list) };
  if (act === "isVisible") return { value: list.length > 0 && seen(list[0]) };
  if (list.length === 0) return { wait: "is not there" };
  if (list.length > 1) return { wrong: `are ${list.length}` };
  const { wait, then, value } = doing[act](list[0], arg);
  if (wait) return { wait };
  then?.();
  return { value };
}

// spelled writes an argument as the page reads it.
function spelled(x) {
  if (x instanceof RegExp || typeof x === "function") return String(x);
  if (Array.isArray(x)) return `[${x.map(spelled)}]`;
  if (x && typeof x === "object") return `{${Object.entries(x).filter(([, v]) => v !== undefined).map(([k, v]) => `${k}:${spelled(v)}`)}}`;
  return JSON.stringify(x) ?? "undefined";
}

// A page that goes away while it is asked was not asked.
const gone = /context was destroyed|Cannot find context|because of a navigation|frame was detached/;

// Thing is something on somebody's page, told by a way to it; it is looked for when it is
// asked, and waited for where one is needed.
export class Thing {
  constructor(person, steps) { Object.assign(this, { person, steps }); }

  with(...steps) { return new Thing(this.person, [...this.steps, ...steps]); }

  locator(css, { hasText } = {}) { return this.with({ css, hasText }); }

  filter({ hasText, has, visible }) { return this.with({ hasText, has: has?.steps, visible }); }

  nth(i) { return this.with({ nth: i }); }

  first() { return this.nth(0); }

  async does(act, arg, own) {
    await this.person.takesUp();
    const { page, patience } = this.person;
    const asked = `(${inside})(${[this.steps, act, arg, own].map(spelled)})`;
    for (const end = Date.now() + patience; ; await new Promise((go) => setTimeout(go, glance))) {
      const got = await page.evaluate(asked).catch((e) => {
        if (!gone.test(e.message)) throw new Error(`${this}, ${act}: ${e.message}`);
        return { wait: "is on a page that went away" };
      });
      if (got.wrong) throw new Error(`${this} ${got.wrong} on ${page.url()}, to ${act} one`);
      if (!got.wait) return got.value;
      if (Date.now() > end) throw new Error(`${this} ${got.wait} on ${page.url()}, to ${act}`);
    }
  }

  toString() { return spelled(this.steps); }
}

for (const act of ["click", "check", "fill", "selectOption", "innerText", "textContent", "inputValue", "getAttribute", "waitFor",
  "count", "allInnerTexts", "isVisible"]) {
  Thing.prototype[act] = function (arg) { return this.does(act, arg); };
}
for (const act of ["evaluate", "evaluateAll", "holds"]) {
  Thing.prototype[act] = function (own) { return this.does(act, undefined, own); };
}

// faceDown and faceUp are evaluated in a page: nobody looks at it, and somebody does.
export function faceDown() {
  Object.defineProperty(document, "hidden", { configurable: true, get: () => true });
  document.dispatchEvent(new Event("visibilitychange"));
}

export function faceUp() {
  delete document.hidden;
  document.dispatchEvent(new Event("visibilitychange"));
}
