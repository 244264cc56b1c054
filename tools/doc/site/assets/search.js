// The search: what is typed is a name, text, or a stack effect. The address has it behind "#?", so that a
// search is a link.
"use strict";
(() => {
  const { words, unions } = { words: [], unions: [], ...window.seq };
  const input = document.getElementById("search"), found = document.getElementById("found"), content = document.getElementById("content");
  const most = 80;
  let links = [], chosen = 0;

  // byText ranks: the name itself, its beginning, a part of it, then what is said of the word.
  function byText(query) {
    const terms = query.toLowerCase().split(/\s+/);
    const list = [];
    for (const word of words) {
      const name = word.name.toLowerCase(), all = name + " " + (word.doc + " " + word.section).toLowerCase();
      if (!terms.every(t => all.includes(t))) continue;
      const q = terms.join(" ");
      const rank = name === q ? 0 : name.startsWith(q) ? 1 : name.split(/[.\-]/).includes(q) ? 2 : name.includes(q) ? 3 : 4;
      list.push({ word, rank, note: "" });
    }
    return list.sort((a, b) => a.rank - b.rank);
  }

  const element = (name, text, className) => {
    const e = document.createElement(name);
    if (text) e.textContent = text;
    if (className) e.className = className;
    return e;
  };

  function item(match) {
    const li = element("li"), a = element("a");
    a.href = match.word.page + "#" + encodeURIComponent(match.word.name);
    a.append(element("small", match.word.section), element("b", match.word.name), " ", element("span", match.word.effect, "effect"));
    const said = match.word.doc.split("\n")[0] + (match.note ? ` (${match.note})` : "");
    if (said) a.append(element("p", said));
    a.addEventListener("click", clear);
    li.append(a);
    return li;
  }

  function show(query) {
    query = query.trim();
    found.hidden = !query;
    content.hidden = !!query;
    found.replaceChildren();
    links = [];
    if (!query) return;
    const effect = query.startsWith("(");
    const list = effect ? window.seqEffects.byEffect(words, unions, query) : byText(query);
    if (list === null) {
      found.append(element("p", "Not a whole effect yet: one is ( String String -- Bool ).", "note"));
      return;
    }
    if (!list.length) found.append(element("p", "No word is found.", "note"));
    let ol = null, near = false;
    for (const match of list.slice(0, most)) {
      if (!ol || !!match.near !== near) {
        near = !!match.near;
        found.append(element("h2", near ? "Nearly" : effect ? "These fit" : "Words"));
        found.append(ol = element("ol"));
      }
      const li = item(match);
      links.push(li);
      ol.append(li);
    }
    if (list.length > most) found.append(element("p", `${list.length - most} more.`, "note"));
    choose(0);
  }

  function choose(n) {
    if (!links.length) return;
    links[chosen]?.classList.remove("chosen");
    chosen = Math.max(0, Math.min(n, links.length - 1));
    links[chosen].classList.add("chosen");
    links[chosen].scrollIntoView({ block: "nearest" });
  }

  function clear() { input.value = ""; show(""); }

  function fromAddress() {
    const hash = decodeURIComponent(location.hash);
    if (!hash.startsWith("#?")) return;
    input.value = hash.slice(2);
    show(input.value);
  }

  input.addEventListener("input", () => {
    show(input.value);
    history.replaceState(null, "", input.value ? "#?" + encodeURIComponent(input.value) : location.pathname);
  });
  input.addEventListener("keydown", e => {
    if (e.key === "ArrowDown") choose(chosen + 1);
    else if (e.key === "ArrowUp") choose(chosen - 1);
    else if (e.key === "Enter" && links.length) links[chosen].querySelector("a").click();
    else if (e.key === "Escape") clear();
    else return;
    e.preventDefault();
  });
  document.addEventListener("keydown", e => {
    if (e.key !== "/" || e.target === input || e.ctrlKey || e.metaKey) return;
    e.preventDefault();
    input.focus();
  });
  window.addEventListener("hashchange", fromAddress);
  fromAddress();
})();
