// Words by stack effect: the algorithm of fit.go, which has the comments. A test has both find the same.
"use strict";
window.seqEffects = (() => {
  const primitives = new Set(["Int", "Float", "Bool", "String", "Symbol", "Channel", "Socket", "Variant"]);
  const nearRank = 100, maxNear = 12, maxCost = 4, maxOrdered = 4;

  // signature reads an effect; null if it is none.
  function signature(text, unions) {
    const tokens = text.replace(/[()\[\]|]/g, " $& ").trim().split(/\s+/);
    let at = 0, next = 0;
    const vars = {}, names = {};
    const inside = new Set();
    const number = (of, name) => of[name] ??= ++next;
    function sides(close) {
      const own = ++next;
      const side = end => {
        const r = { row: own, types: [] };
        for (; tokens[at] !== end; at++) {
          const t = tokens[at];
          if (t === undefined) return null;
          if (t.startsWith("..")) { r.row = number(names, t.slice(2)); continue; }
          const quotation = t === "[" || (t === "Closure" && tokens[at + 1] === "[");
          if (quotation) {
            at += t === "[" ? 1 : 2;
            const inner = sides("]");
            if (!inner) return null;
            inside.add(inner.in.row).add(inner.out.row);
            r.types.push({ text: "quotation", v: 0, ...inner });
          } else if (/^[A-Z]\w*$/.test(t)) {
            r.types.push(primitives.has(t) || unions.has(t) ? { text: t, name: t, v: 0 } : { text: t, v: number(vars, t) });
          } else return null;
        }
        return r;
      };
      const from = side("--");
      if (!from) return null;
      at++;
      if (close === ")" && tokens.includes("|")) tokens.splice(tokens.indexOf("|"), tokens.length, ")");
      const to = side(close);
      return to && { in: from, out: to };
    }
    if (tokens[at++] !== "(") return null;
    const s = sides(")");
    if (!s || at !== tokens.length - 1) return null;
    const given = new Set();
    const each = t => { if (t.v) given.add(t.v); if (t.in) { t.in.types.forEach(each); t.out.types.forEach(each); } };
    s.in.types.forEach(each);
    s.opaque = new Set();
    s.unsure = new Set();
    for (const [name, v] of Object.entries(vars)) {
      const letter = name.replace(/\d+$/, "");
      if (letter === "M" || letter === "H" || (letter === "V" && !vars.M)) s.opaque.add(v);
      if (!given.has(v)) s.unsure.add(v);
    }
    s.open = s.in.row === s.out.row || inside.has(s.out.row);
    return s;
  }

  const mirrored = r => ({
    row: -r.row,
    types: r.types.map(t => t.v ? { text: t.text, v: -t.v } : t.name ? t : { text: t.text, v: 0, in: mirrored(t.in), out: mirrored(t.out) }),
  });

  function fitter(have) {
    const f = { vars: new Map(), rows: new Map(), general: 0, special: 0, below: 0 };
    const resolve = r => {
      for (let b; (b = f.rows.get(r.row)) !== undefined;) r = { row: b.row, types: b.types.concat(r.types) };
      return r;
    };
    const prune = t => { while (t.v && f.vars.has(t.v)) t = f.vars.get(t.v); return t; };
    const occurs = (v, row, t) => {
      t = prune(t);
      if (t.v || t.name) return v !== 0 && t.v === v;
      return occursIn(v, row, t.in) || occursIn(v, row, t.out);
    };
    const occursIn = (v, row, r) => {
      r = resolve(r);
      return (row !== 0 && r.row === row) || r.types.some(t => occurs(v, row, t));
    };
    const bindRow = (row, to) => {
      if (occursIn(0, row, to)) return false;
      f.rows.set(row, to);
      return true;
    };
    const bind = (v, t) => {
      if (occurs(v, 0, t)) return false;
      if (v > 0 && !t.v) {
        if (have.opaque.has(v)) return false;
        if (have.unsure.has(v)) f.special += 2;
        else f.general += t.name ? 1 : 3;
      }
      f.vars.set(v, t);
      return true;
    };
    const types = (want, got) => {
      want = prune(want); got = prune(got);
      if (want === got || (want.v && want.v === got.v)) return true;
      if (got.v > 0) return bind(got.v, want);
      if (got.v < 0 && want.v < 0) { f.special++; return bind(want.v, got); }
      if (got.v < 0) { f.special++; return bind(got.v, want); }
      if (want.v) { f.special++; return bind(want.v, got); }
      if (!want.name && !got.name) return f.stacks(want.in, got.in) && f.stacks(want.out, got.out);
      if (want.name === got.name) return true;
      const union = (a, b) => a === "Variant" && b && !primitives.has(b);
      if (union(want.name, got.name) || union(got.name, want.name)) { f.special++; return true; }
      return false;
    };
    f.stacks = (want, got) => {
      want = resolve(want); got = resolve(got);
      const n = Math.min(want.types.length, got.types.length), w = want.types.length - n, h = got.types.length - n;
      for (let i = 0; i < n; i++) if (!types(want.types[w + i], got.types[h + i])) return false;
      const a = resolve({ row: want.row, types: want.types.slice(0, w) }), b = resolve({ row: got.row, types: got.types.slice(0, h) });
      if (a.row === b.row) return !a.types.length && !b.types.length;
      if (!b.types.length) { f.below += a.types.length; return bindRow(b.row, a); }
      if (!a.types.length) return bindRow(a.row, b);
      return f.stacks(a, b);
    };
    return f;
  }

  function orders(n) {
    if (n < 2 || n > maxOrdered) return [];
    let all = [[]];
    for (let k = 0; k < n; k++) all = all.flatMap(o => [...Array(n).keys()].filter(i => !o.includes(i)).map(i => [...o, i]));
    return all.slice(1);
  }

  function readings(want, have) {
    const w = want.in.types, from = have.in.types, to = have.out.types;
    const without = (list, i) => list.filter((_, k) => k !== i);
    const list = [{ rank: 0, note: "", want: w, in: from, out: to }];
    for (const order of orders(w.length)) {
      const other = order.map(i => w[i]);
      list.push({ rank: nearRank, note: "takes them in the order " + other.map(t => t.text).join(" "), want: other, in: from, out: to });
    }
    for (let i = to.length - 1; i >= 0; i--) {
      const flag = i === to.length - 1 && to[i].text === "Bool";
      list.push({ rank: flag ? 110 : 130, note: flag ? "leaves a flag as well" : "leaves a value more: " + to[i].text, want: w, in: from, out: without(to, i) });
    }
    from.forEach((t, i) => list.push({ rank: 140, note: "takes a value more: " + t.text, want: w, in: without(from, i), out: to }));
    w.forEach((t, i) => list.push({ rank: 150, note: "does not take the " + t.text, want: without(w, i), in: from, out: to }));
    return list;
  }

  function best(want, have) {
    let found = null;
    for (const r of readings(want, have)) {
      if (r.in.length > r.want.length || (r.rank > 0 && r.want.length + r.in.length + want.out.types.length + r.out.length === 0)) continue;
      const f = fitter(have);
      if (!f.stacks(mirrored({ row: want.in.row, types: r.want }), { row: have.in.row, types: r.in }) ||
          !f.stacks(mirrored(want.out), { row: have.out.row, types: r.out })) continue;
      if (f.below > 0 && r.rank === 0) {
        if (f.special > 0 || !have.in.types.length) continue;
        r.rank = 105; r.note = "leaves what is below as it is";
      } else if (f.below > 0) continue;
      const cost = 2 * f.general + 3 * f.special + f.below;
      if ((cost > maxCost && r.rank > 0) || (found && r.rank + cost >= found.rank)) continue;
      found = { rank: r.rank + Math.min(cost, nearRank - 1), note: r.note || (f.special > 0 ? "for some types only" : "") };
    }
    return found;
  }

  // byEffect returns the words that fit, the best first; null if the text is no effect.
  function byEffect(words, unions, text) {
    unions = new Set(unions);
    const want = signature(text, unions);
    if (!want) return null;
    const found = [];
    for (const word of words) {
      const have = signature(word.effect, unions);
      const fit = have && have.open && best(want, have);
      if (fit) found.push({ word, near: fit.rank >= nearRank, ...fit });
    }
    found.sort((a, b) => a.rank - b.rank);
    let near = 0;
    return found.filter(m => !m.near || ++near <= maxNear);
  }
  return { byEffect };
})();
