// Strangers who add up the books: hledger and beancount, as Debian has them.
import { execFileSync } from "node:child_process";
import { readFile, writeFile } from "node:fs/promises";
import path from "node:path";

// whose names an account as the three programs agree on: "tin", "ember".
const whose = (account) => account.split(":").at(-1).toLowerCase();
const unit = (name) => name.replace(/^cash:/, "").replace(/^CELL\./, "").toLowerCase();

// sums writes balances as sorted lines, without those that are nothing.
const sums = (list) => list.filter(([, , n]) => Number(n) !== 0).map(([u, a, n]) => `${unit(u)} ${whose(a)} ${Number(n)}`).sort();

// ours is what the program itself says of its books.
export function ours(dir) {
  const s = JSON.parse(execFileSync(process.env.CELLD, ["ctl", "-dir", dir, "status", "-json"], { encoding: "utf8" }));
  const name = (account) => {
    const member = s.members.find((m) => account === `member:${m.id}`);
    return member ? `member:${member.name}` : account;
  };
  return { count: s.ledger.transactions, sums: sums(s.ledger.balances.map((b) => [b.unit, name(b.account), b.amount])) };
}

export function hledger(file) {
  const run = (...args) => execFileSync("hledger", ["-f", file, ...args], { encoding: "utf8", stdio: "pipe" });
  run("check");
  const list = [...run("bal", "-N", "--flat", "--layout=bare", "-O", "csv").matchAll(/"([^"]+)","([^"]+)","([^"]+)"/g)]
    .slice(1).map(([, account, u, n]) => [u, account, n]);
  // A close is an entry of nothing, which asserts what every account holds.
  return { count: run("print", "not:tag:close").match(/^\d{4}-/gm)?.length ?? 0, sums: sums(list) };
}

const reader = `
import json, sys
from beancount import loader
from beancount.core import data, realization
entries, errors, _ = loader.load_file(sys.argv[1])
if errors: sys.exit(str(errors[0].message))
flows = [e for e in entries if isinstance(e, data.Transaction)]
sums = {}
for e in flows:
    for p in e.postings:
        k = (p.units.currency, p.account)
        sums[k] = sums.get(k, 0) + p.units.number
print(json.dumps([len(flows), [[u, a, str(n)] for (u, a), n in sums.items()]]))
`;

export function beancount(file) {
  execFileSync("bean-check", [file], { stdio: "pipe" });
  const [count, list] = JSON.parse(execFileSync("/usr/bin/python3", ["-c", reader, file], { encoding: "utf8", stdio: "pipe" }));
  return { count, sums: sums(list) };
}

// exported saves a download of the person's under its name.
export async function exported(person, link) {
  await person.go("/ledger/export");
  const [file] = await Promise.all([person.page.waitForEvent("download"), person.at(`a[href$="${link}"]`).click()]);
  const to = path.join(person.house.dir, link);
  await file.saveAs(to);
  return to;
}

// bent copies a file with one amount changed by one.
export async function bent(file, amount) {
  const text = await readFile(file, "utf8");
  const to = file.replace(/(\.\w+)$/, "-bent$1");
  const other = text.replace(amount, (line, n) => line.replace(n, String(Number(n) + 1)));
  if (other === text) throw new Error(`nothing like ${amount} stands in ${file}`);
  await writeFile(to, other);
  return to;
}
