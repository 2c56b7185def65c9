"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const words = data.words;
  const $ = (id) => document.getElementById(id);
  const key = "waage.review." + data.batch_id;
  const state = { at: 0, reviewer: "", answers: {} };
  // Some browsers keep nothing for pages opened from a disk; the work then lives as long as the page.
  try { Object.assign(state, JSON.parse(localStorage.getItem(key) || "{}")); } catch (_) {}
  const keep = () => { try { localStorage.setItem(key, JSON.stringify(state)); } catch (_) {} };
  const now = () => new Date().toISOString().slice(0, 19) + "Z";
  const element = (tag, text) => { const e = document.createElement(tag); e.textContent = text; return e; };
  const answer = (id) => (state.answers[id] = state.answers[id] || {});
  const decided = (c) => Boolean((state.answers[c.case_id] || {}).decision_final);
  const warn = (text) => { $("warning").hidden = !text; $("warning").textContent = text || ""; };

  const choices = (place, name, options, chosen, act) => {
    place.replaceChildren(...options.map(([value, text]) => {
      const label = document.createElement("label");
      const input = document.createElement("input");
      Object.assign(input, { type: "radio", name, value, checked: value === chosen });
      input.addEventListener("change", () => act(value));
      label.append(input, " " + text);
      return label;
    }));
  };
  const decisions = ["accept", "reject", "defer"].map((d) => [d, words.decisions[d]]);

  const show = () => {
    const c = data.cases[state.at];
    if (!c) return;
    const a = answer(c.case_id);
    a.opened_at = a.opened_at || now();
    $("case").hidden = false;
    $("name").textContent = words.case_of.replace("{at}", state.at + 1).replace("{all}", data.cases.length) + " · " + c.case_id;
    const badges = [];
    if (c.blind) badges.push(words.blind);
    if (c.double) badges.push(words.double);
    if (decided(c)) badges.push(words.done);
    $("badges").replaceChildren(...badges.map((text) => element("span", text)));
    const rows = Object.entries(c.inputs).map(([name, value]) => {
      const row = document.createElement("tr");
      const head = element("th", name);
      head.scope = "row";
      row.append(head, element("td", value === null ? words.missing : value));
      return row;
    });
    $("inputs").tBodies[0].replaceChildren(...rows);
    $("no-inputs").hidden = rows.length > 0;
    const hides = c.blind && !a.decision_blind;
    $("blind").hidden = !hides;
    $("form").hidden = hides;
    choices($("blind-choices"), "blind", decisions, null, (value) => { a.decision_blind = value; keep(); show(); $("form").scrollIntoView(); });
    const score = c.score === null ? words.missing : new Intl.NumberFormat(document.documentElement.lang, { maximumFractionDigits: 4 }).format(c.score);
    $("model").replaceChildren(element("strong", words.decisions[c.decision_model]), document.createTextNode(" · " + words.score + " " + score + (c.explanation ? " · " + words.because + " " + c.explanation : "")));
    choices($("choices"), "decision", decisions, a.draft || a.decision_final, (value) => { a.draft = value; keep(); hint(c, a); });
    const reasons = [["", words.no_reason], ...Object.entries(words.reasons)];
    $("reason").replaceChildren(...reasons.map(([value, text]) => { const o = element("option", text); o.value = value; return o; }));
    $("reason").value = a.reason_code || "";
    $("text").value = a.reason_text || "";
    choices($("confidence"), "confidence", [1, 2, 3, 4, 5].map((n) => [String(n), String(n)]), a.confidence, (value) => { a.confidence = value; keep(); });
    $("escalate").checked = Boolean(a.escalate);
    hint(c, a);
    warn("");
    progress();
    keep();
  };
  const overrides = (c, a) => { const d = a.draft || a.decision_final; return Boolean(d) && d !== "defer" && d !== c.decision_model; };
  const hint = (c, a) => { $("reason-hint").textContent = overrides(c, a) ? words.reason_needed : ""; };
  const progress = () => {
    const done = data.cases.filter(decided).length;
    $("progress").textContent = words.progress.replace("{done}", done).replace("{all}", data.cases.length);
  };
  const move = (to) => { if (to >= 0 && to < data.cases.length) { state.at = to; show(); scrollTo(0, 0); } };
  const open = () => {
    const order = data.cases.map((_, i) => (state.at + 1 + i) % data.cases.length);
    const found = order.find((i) => !decided(data.cases[i]));
    if (found === undefined) warn(words.all_done); else move(found);
  };

  $("form").addEventListener("submit", (event) => {
    event.preventDefault();
    const c = data.cases[state.at];
    const a = answer(c.case_id);
    const last = a.draft || a.decision_final;
    a.reason_code = $("reason").value;
    a.reason_text = $("text").value.trim();
    a.escalate = $("escalate").checked;
    if (!/^[A-Za-z0-9._-]{1,64}$/.test(state.reviewer)) { warn(words.needs_reviewer); $("reviewer").focus(); return; }
    if (!last) { warn(words.needs_decision); return; }
    if (overrides(c, a) && !a.reason_code) { warn(words.needs_reason); $("reason").focus(); return; }
    if (a.reason_code === "other" && !a.reason_text) { warn(words.needs_text); $("text").focus(); return; }
    a.decision_final = last;
    a.reviewer_id = state.reviewer;
    a.decided_at = now();
    delete a.draft;
    keep();
    open();
    progress();
  });
  $("back").addEventListener("click", () => move(state.at - 1));
  $("next").addEventListener("click", () => move(state.at + 1));
  $("open").addEventListener("click", open);
  $("reviewer").value = state.reviewer;
  $("reviewer").addEventListener("input", () => { state.reviewer = $("reviewer").value.trim(); keep(); });

  const filled = (c) => {
    const a = state.answers[c.case_id] || {};
    if (!a.decision_final) return {};
    const last = a.decision_final;
    return {
      reviewer_id: a.reviewer_id, decision_blind: a.decision_blind || "", decision_final: last,
      override: String(last !== "defer" && last !== c.decision_model), reason_code: a.reason_code || "",
      reason_text: a.reason_text || "", confidence: a.confidence || "", opened_at: a.opened_at,
      decided_at: a.decided_at, escalate: String(Boolean(a.escalate)),
    };
  };
  const rows = () => data.cases.map((c, i) => ({ ...data.given[i], ...filled(c) }));
  const guarded = (text) => (/^'*[=+\-@\t\r]/.test(text) ? "'" + text : text);
  const cell = (name, value) => {
    const text = value === null || value === undefined ? "" : String(value);
    const safe = ["incl_prob", "score", "confidence"].includes(name) ? text : guarded(text);
    return /[",;\r\n]|^ | $/.test(safe) ? '"' + safe.replace(/"/g, '""') + '"' : safe;
  };
  const save = (name, text, type) => {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([text], { type }));
    link.download = name;
    link.click();
    setTimeout(() => URL.revokeObjectURL(link.href), 1000);
  };
  const file = (end) => data.batch_id + (state.reviewer ? "." + state.reviewer : "") + end;
  const csv = () => [data.columns.map((c) => cell("", c)), ...rows().map((r) => data.columns.map((c) => cell(c, r[c])))].map((l) => l.join(",") + "\r\n").join("");
  const jsonl = () => rows().map((r) => JSON.stringify(Object.fromEntries(data.columns.map((c) => [c, r[c] === undefined || r[c] === "" ? null : r[c]]))) + "\n").join("");
  $("csv").addEventListener("click", () => save(file(".csv"), csv(), "text/csv;charset=utf-8"));
  $("jsonl").addEventListener("click", () => save(file(".jsonl"), jsonl(), "application/jsonl"));
  window.waage = { state, csv, jsonl };
  move(Math.min(state.at, data.cases.length - 1));
})();
