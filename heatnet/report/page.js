// The map of a report: drawn on a canvas from the numbers in #map-data. Every text goes in as text, never as HTML.
"use strict";
(() => {
const source = document.getElementById("map-data");
if (!source) { document.documentElement.dataset.ready = "1"; return; }
const D = JSON.parse(source.textContent), W = D.words, n = D.id.length;
const byId = (id) => document.getElementById(id);
const view = byId("map-view"), canvas = byId("map-canvas"), pen = canvas.getContext("2d"), tip = byId("map-tip");
const XY = Int32Array.from(D.xy), top = D.xy.reduce((most, v, i) => (i % 2 && v > most ? v : most), 0);
const right = D.xy.reduce((most, v, i) => (i % 2 ? most : Math.max(most, v)), 0);
const codes = { place: D.place, community: D.community, grade: D.grade, measure: D.measure };
const text = (column, i) => (codes[column].code[i] < 0 ? "" : codes[column].text[codes[column].code[i]]);
const visible = new Uint8Array(n).fill(1);
const jobAssets = D.jobs.map(() => []);
D.job.forEach((job, i) => { if (job >= 0) jobAssets[job].push(i); });
const at = { x: 0, y: 0, k: 1 };            // left, top (in decimetres, y downwards) and pixels per decimetre
let chosen = { asset: -1, job: -1 }, mode = D.jobs.length ? "plan" : "worth_m", wide = 0, high = 0, asked = false;

// ---- colours ------------------------------------------------------------------------------------------------------
const HEAT = ["#bdbdbd", "#fed976", "#fd8d3c", "#e31a1c", "#800026"];
const COOL = ["#b30000", "#e34a33", "#fc8d59", "#fdcc8a", "#a6bddb"];
const GREY = "#c4c4c4", FAINT = "#ececec", UNKNOWN = "#d9d9d9";
const PLAN = { renew: "#d7191c", part: "#e66101", clean: "#2c7bb6", balance: "#1a9641", valve: "#7b3294" };
const planned = (index) => PLAN[D.measure.kind[index]] || "#7b3294";
const nice = (v) => Number(v.toPrecision(2));
function quantiles(values, shares) {
  const known = values.filter((v) => v > 0).sort((a, b) => a - b);
  return known.length ? shares.map((s) => nice(known[Math.floor(s * (known.length - 1))])) : [];
}
const cuts = {
  worth_m: [...new Set(quantiles(D.worth_m, [0.5, 0.8, 0.95, 0.99]))],
  faults: [1, 2, 3], ill: [0.05, 0.1, 0.25, 0.5], share: [0.25, 0.5, 0.75, 0.95], laid: [1980, 1990, 2000, 2010],
};
const palettes = { worth_m: HEAT, faults: [HEAT[0], ...HEAT.slice(2)], ill: HEAT, share: COOL, laid: COOL };
const percent = (v) => `${Math.round(v * 100)}%`;
const formats = { worth_m: (v) => v.toLocaleString("en"), faults: String, ill: percent, share: percent, laid: String };
function classOf(i) {
  if (mode === "plan") return D.measure.code[i];
  const value = D[mode][i];
  if (value === null) return -1;
  let at = 0;
  while (at < cuts[mode].length && value >= cuts[mode][at]) at += 1;
  return at;
}
function colourOf(index) {
  if (mode === "plan") return index < 0 ? GREY : planned(index);
  return index < 0 ? UNKNOWN : palettes[mode][Math.min(index, palettes[mode].length - 1)];
}
function legend() {
  const box = byId("map-legend"), rows = [];
  if (mode === "plan") D.measure.text.forEach((word, i) => rows.push([planned(i), word]));
  else {
    const limits = cuts[mode], say = formats[mode];
    for (let i = 0; i <= limits.length; i += 1) {
      const from = i ? say(limits[i - 1]) : null, to = i < limits.length ? say(limits[i]) : null;
      const count = mode === "faults" ? (to === null ? `≥ ${from}` : String(i)) : null;
      rows.push([colourOf(i), count || (from === null ? `< ${to}` : to === null ? `≥ ${from}` : `${from} – ${to}`)]);
    }
  }
  rows.push([mode === "plan" ? GREY : UNKNOWN, mode === "plan" ? W.not_planned : W.unknown]);
  const signs = [["■", "#111", W.source], ["◆", "#7f3b08", W.station]];
  if (D.valves.length) signs.push(["●", "#08519c", W.valve], ["●", "#e31a1c", W.stuck_valve]);
  if (D.cold.length) signs.push(["●", "rgba(33,102,172,.6)", W.cold_homes]);
  box.replaceChildren();
  const line = (mark, words) => {
    const row = document.createElement("div");
    row.append(mark, document.createTextNode(words));
    box.append(row);
  };
  const title = document.createElement("b");
  title.textContent = W[`by_${mode}`];
  box.append(title);
  for (const [colour, words] of rows) {
    const mark = document.createElement("i");
    mark.style.background = colour;
    line(mark, words);
  }
  for (const [sign, colour, words] of signs) {
    const mark = document.createElement("span");
    mark.textContent = sign;
    mark.style.color = colour;
    line(mark, words);
  }
}

// ---- drawing ------------------------------------------------------------------------------------------------------
const px = (x) => (x - at.x) * at.k, py = (y) => (top - y - at.y) * at.k;
function fit(assets, most) {
  let left = Infinity, upper = Infinity, rightmost = -Infinity, lower = -Infinity;
  for (const i of assets) for (let e = 0; e < 4; e += 2) {
    const x = XY[4 * i + e], y = top - XY[4 * i + e + 1];
    left = Math.min(left, x); rightmost = Math.max(rightmost, x); upper = Math.min(upper, y); lower = Math.max(lower, y);
  }
  if (left === Infinity) return;
  const spanX = Math.max(rightmost - left, 1), spanY = Math.max(lower - upper, 1);
  at.k = Math.min(0.92 * wide / spanX, 0.92 * high / spanY, most);
  at.x = (left + rightmost) / 2 - wide / 2 / at.k;
  at.y = (upper + lower) / 2 - high / 2 / at.k;
}
const everything = Array.from({ length: n }, (_, i) => i);
function redraw() { if (!asked) { asked = true; requestAnimationFrame(() => { asked = false; draw(); }); } }
function inView(i) {
  const x1 = px(XY[4 * i]), y1 = py(XY[4 * i + 1]), x2 = px(XY[4 * i + 2]), y2 = py(XY[4 * i + 3]);
  return Math.max(x1, x2) > -20 && Math.min(x1, x2) < wide + 20 && Math.max(y1, y2) > -20 && Math.min(y1, y2) < high + 20;
}
function stroke(assets, colour, width) {
  if (!assets.length) return;
  pen.beginPath();
  for (const i of assets) {
    const bend = D.bends[i] || [];
    pen.moveTo(px(XY[4 * i]), py(XY[4 * i + 1]));
    for (let at = 0; at < bend.length; at += 2) pen.lineTo(px(bend[at]), py(bend[at + 1]));
    pen.lineTo(px(XY[4 * i + 2]), py(XY[4 * i + 3]));
  }
  pen.strokeStyle = colour; pen.lineWidth = width; pen.stroke();
}
function thickness(i) { const dn = D.dn[i]; return dn === null || dn < 150 ? 0 : dn < 400 ? 1 : 2; }
function draw() {
  const ratio = window.devicePixelRatio || 1;
  pen.setTransform(ratio, 0, 0, ratio, 0, 0);
  pen.fillStyle = "#fff"; pen.fillRect(0, 0, wide, high);
  pen.lineCap = "round";
  const zoom = Math.max(0.7, Math.min(3, at.k * 25)), faint = [], groups = new Map(), cured = [], dots = [];
  for (let i = 0; i < n; i += 1) {
    if (!inView(i)) continue;
    if (D.station[i]) { dots.push(i); continue; }
    if (!visible[i]) { faint.push(i); continue; }
    const index = classOf(i), key = (index + 1) * 3 + thickness(i);
    if (!groups.has(key)) groups.set(key, []);
    groups.get(key).push(i);
    if (D.job[i] >= 0 || D.measure.code[i] >= 0) cured.push(i);
  }
  coldHomes();
  stroke(faint, FAINT, zoom);
  if (mode !== "plan") stroke(cured, "#222", zoom * 2.6 + 1.5);
  for (const key of [...groups.keys()].sort((a, b) => a - b)) {
    const index = Math.floor(key / 3) - 1, isCure = mode === "plan" && index >= 0;
    stroke(groups.get(key), colourOf(index), zoom * (0.8 + 0.5 * (key % 3)) * (isCure ? 2.2 : 1));
  }
  const marked = chosen.job >= 0 ? jobAssets[chosen.job] : chosen.asset >= 0 ? [chosen.asset] : [];
  stroke(marked, "#00e5ff", zoom * 2 + 6);
  for (const i of marked) stroke([i], mode === "plan" ? colourOf(classOf(i)) : "#111", zoom * 1.6);
  valves();
  const taken = [];
  stations(dots, marked, taken);
  sources(taken);
  jobNumbers(taken);
  streetNames(taken);
  scaleAndNorth();
}
function coldHomes() {
  if (!byId("show-cold").checked) return;
  pen.fillStyle = "rgba(33,102,172,.28)"; pen.textAlign = "center"; pen.textBaseline = "middle";
  for (let i = 0; i < D.cold.length; i += 4) {
    const [x, y, side, count] = D.cold.slice(i, i + 4), r = Math.max(4, Math.min(at.k * side / 2, 3 + Math.sqrt(count) * 1.8));
    if (px(x) < -40 || px(x) > wide + 40 || py(y) < -40 || py(y) > high + 40) continue;
    pen.beginPath(); pen.arc(px(x), py(y), r, 0, 7); pen.fillStyle = "rgba(33,102,172,.28)"; pen.fill();
    if (at.k > 0.012) { pen.fillStyle = "#08306b"; pen.font = "10px sans-serif"; pen.fillText(String(count), px(x), py(y)); }
  }
}
function valves() {
  if (!byId("show-valves").checked || at.k < 0.01) return;
  for (let i = 0; i < D.valves.length; i += 3) {
    const x = px(D.valves[i]), y = py(D.valves[i + 1]);
    if (x < 0 || y < 0 || x > wide || y > high) continue;
    pen.beginPath(); pen.arc(x, y, 2.6, 0, 7); pen.fillStyle = D.valves[i + 2] ? "#08519c" : "#e31a1c"; pen.fill();
  }
}
function stations(dots, marked, taken) {
  for (const i of dots) {
    const x = px(XY[4 * i]), y = py(XY[4 * i + 1]), size = visible[i] ? 5 : 3, isPlanned = D.measure.code[i] >= 0;
    pen.save(); pen.translate(x, y); pen.rotate(Math.PI / 4);
    if (marked.includes(i)) { pen.fillStyle = "#00e5ff"; pen.fillRect(-size - 4, -size - 4, 2 * size + 8, 2 * size + 8); }
    pen.fillStyle = !visible[i] ? "#ddd" : isPlanned || mode !== "plan" ? colourOf(classOf(i)) : "#7f3b08";
    pen.fillRect(-size, -size, 2 * size, 2 * size);
    pen.strokeStyle = "#222"; pen.lineWidth = isPlanned ? 2 : 0.8; pen.strokeRect(-size, -size, 2 * size, 2 * size);
    pen.restore();
    if (visible[i]) write(text("place", i), x, y - 12, "12px sans-serif", "#4a2400", taken);
  }
}
function sources(taken) {
  for (const [x, y, name] of D.sources) {
    pen.fillStyle = "#111"; pen.fillRect(px(x) - 6, py(y) - 6, 12, 12);
    write(name, px(x), py(y) - 14, "bold 12px sans-serif", "#111", taken);
  }
}
function write(words, x, y, font, colour, taken, angle = 0) {
  pen.font = font;
  const half = pen.measureText(words).width / 2 + 2, box = [x - half, y - 8, x + half, y + 8];
  if (box[2] < 0 || box[0] > wide || box[3] < 0 || box[1] > high) return false;
  if (taken.some((other) => box[0] < other[2] && box[2] > other[0] && box[1] < other[3] && box[3] > other[1])) return false;
  taken.push(box);
  pen.save(); pen.translate(x, y); pen.rotate(angle);
  pen.textAlign = "center"; pen.textBaseline = "middle";
  pen.lineWidth = 3; pen.strokeStyle = "rgba(255,255,255,.9)"; pen.strokeText(words, 0, 0);
  pen.fillStyle = colour; pen.fillText(words, 0, 0);
  pen.restore();
  return true;
}
const longest = (assets) => assets.reduce((best, i) => (best < 0 || D.length[i] > D.length[best] ? i : best), -1);
const middle = (i) => [(px(XY[4 * i]) + px(XY[4 * i + 2])) / 2, (py(XY[4 * i + 1]) + py(XY[4 * i + 3])) / 2];
function jobNumbers(taken) {
  D.jobs.forEach((name, job) => {
    const shown = jobAssets[job].filter((i) => visible[i]);
    if (!shown.length) return;
    const [x, y] = middle(longest(shown));
    write(name, x, y, chosen.job === job ? "bold 14px sans-serif" : "bold 11px sans-serif", "#9b0000", taken);
  });
}
const streets = new Map();
D.place.code.forEach((code, i) => { if (!D.station[i] && code >= 0 && D.place.text[code] !== W.no_street) streets.has(code) ? streets.get(code).push(i) : streets.set(code, [i]); });
const onStreet = [...streets].map(([code, assets]) => [D.place.text[code], longest(assets)]);
function streetNames(taken) {
  if (at.k < 0.018) return;
  for (const [name, i] of onStreet) {
    if (!inView(i)) continue;
    let angle = Math.atan2(py(XY[4 * i + 3]) - py(XY[4 * i + 1]), px(XY[4 * i + 2]) - px(XY[4 * i]));
    if (angle > Math.PI / 2) angle -= Math.PI; else if (angle < -Math.PI / 2) angle += Math.PI;
    const [x, y] = middle(i);
    write(name, x + 11 * Math.sin(angle), y - 11 * Math.cos(angle), "11px sans-serif", "#444", taken, angle);
  }
}
function scaleAndNorth() {
  let metres = 10 ** Math.floor(Math.log10(110 / at.k / 10));
  for (const step of [5, 2]) if (metres * step * 10 * at.k <= 130) { metres *= step; break; }
  const length = metres * 10 * at.k, y = high - 14;
  pen.strokeStyle = "#111"; pen.lineWidth = 2; pen.beginPath();
  pen.moveTo(14, y - 6); pen.lineTo(14, y); pen.lineTo(14 + length, y); pen.lineTo(14 + length, y - 6); pen.stroke();
  pen.fillStyle = "#111"; pen.font = "12px sans-serif"; pen.textAlign = "left"; pen.textBaseline = "bottom";
  pen.fillText(metres >= 1000 ? `${metres / 1000} km` : `${metres} m`, 18, y - 3);
  pen.beginPath(); pen.moveTo(wide - 22, 14); pen.lineTo(wide - 15, 36); pen.lineTo(wide - 22, 31); pen.lineTo(wide - 29, 36);
  pen.closePath(); pen.fill(); pen.textAlign = "center"; pen.textBaseline = "top"; pen.fillText(W.north, wide - 22, 38);
}

// ---- what lies under the pointer ----------------------------------------------------------------------------------
const CELLS = 96, cellX = Math.max(1, right / CELLS), cellY = Math.max(1, top / CELLS), grid = new Map();
for (let i = 0; i < n; i += 1) {
  const x1 = Math.min(XY[4 * i], XY[4 * i + 2]), x2 = Math.max(XY[4 * i], XY[4 * i + 2]);
  const y1 = Math.min(XY[4 * i + 1], XY[4 * i + 3]), y2 = Math.max(XY[4 * i + 1], XY[4 * i + 3]);
  for (let a = Math.floor(x1 / cellX); a <= Math.floor(x2 / cellX); a += 1)
    for (let b = Math.floor(y1 / cellY); b <= Math.floor(y2 / cellY); b += 1) {
      const key = a * 4096 + b;
      if (grid.has(key)) grid.get(key).push(i); else grid.set(key, [i]);
    }
}
function under(mx, my) {
  const x = mx / at.k + at.x, y = top - (my / at.k + at.y), reach = 9 / at.k;
  let best = -1, least = reach * reach;
  for (let a = Math.floor((x - reach) / cellX); a <= Math.floor((x + reach) / cellX); a += 1)
    for (let b = Math.floor((y - reach) / cellY); b <= Math.floor((y + reach) / cellY); b += 1)
      for (const i of grid.get(a * 4096 + b) || []) {
        if (!visible[i]) continue;
        const ax = XY[4 * i], ay = XY[4 * i + 1], dx = XY[4 * i + 2] - ax, dy = XY[4 * i + 3] - ay;
        const along = dx || dy ? Math.max(0, Math.min(1, ((x - ax) * dx + (y - ay) * dy) / (dx * dx + dy * dy))) : 0;
        let far = (x - ax - along * dx) ** 2 + (y - ay - along * dy) ** 2;
        if (D.station[i] || D.job[i] >= 0) far *= 0.4;
        if (far < least) { least = far; best = i; }
      }
  return best;
}
const money = (v) => (v / D.money.scale).toLocaleString("en", { maximumFractionDigits: 2 });
function lines(i) {
  const about = [];
  if (!D.station[i]) about.push(`DN${D.dn[i]} · ${D.length[i]} m` + (D.laid[i] ? ` · ${D.laid[i]}` : ""));
  const rows = [[`${text("place", i)} · ${D.id[i]}`], [[text("community", i), ...about].filter(Boolean).join(" · ")]];
  if (D.measure.code[i] >= 0)
    rows.push([[D.job[i] >= 0 ? `${W.job} ${D.jobs[D.job[i]]}` : W.no_job, text("measure", i)].join(" · ")]);
  rows.push([`${W.rank} ${D.rank[i].toLocaleString("en")} · ${W.grade} ${text("grade", i)} · ` +
    `${W.worth} ${money(D.worth[i])} · ${W.cost} ${money(D.cost[i])} ${W.unit}`]);
  rows.push([D.reason.of[i].map((phrase) => D.reason.text[phrase]).join(D.reason.join)]);
  return rows.map(([words]) => words);
}
function tell(box, i) {
  box.replaceChildren(...lines(i).filter(Boolean).map((words, at) => {
    const line = document.createElement(at ? "div" : "b");
    line.textContent = words;
    return line;
  }));
}

// ---- choosing -----------------------------------------------------------------------------------------------------
const marked = (mark) => [...document.querySelectorAll("tr[data-mark]")].filter((row) => row.dataset.mark === mark);
function choose(asset, job, { zoom = false, scroll = true } = {}) {
  chosen = { asset, job };
  for (const row of document.querySelectorAll("tr.chosen")) row.classList.remove("chosen");
  const rows = [...(job >= 0 ? marked(`job:${D.jobs[job]}`) : []), ...(asset >= 0 ? marked(`asset:${D.id[asset]}`) : [])];
  rows.forEach((row) => row.classList.add("chosen"));
  const beside = rows.find((row) => view.contains(row));
  if (beside && scroll) {
    const box = beside.closest(".wide");
    box.scrollTop = beside.offsetTop - box.clientHeight / 3;
  }
  const box = byId("map-chosen"), told = asset >= 0 ? asset : job >= 0 ? longest(jobAssets[job]) : -1;
  if (told >= 0) tell(box, told); else box.textContent = W.click;
  view.dataset.asset = asset >= 0 ? D.id[asset] : "";
  view.dataset.job = job >= 0 ? D.jobs[job] : "";
  if (zoom && job >= 0) fit(jobAssets[job], 0.12); else if (zoom && asset >= 0) fit([asset], 0.12);
  redraw();
}
const numbers = new Map(D.id.map((id, i) => [id, i])), jobNumber = new Map(D.jobs.map((id, i) => [id, i]));
function rowChosen(row) {
  const [kind, ...rest] = row.dataset.mark.split(":"), name = rest.join(":");
  const asset = kind === "asset" ? numbers.get(name) : undefined, job = kind === "job" ? jobNumber.get(name) : undefined;
  if (asset === undefined && job === undefined) return;
  choose(asset ?? -1, job ?? (asset === undefined ? -1 : D.job[asset]), { zoom: true, scroll: false });
  if (!view.contains(row)) view.scrollIntoView({ block: "start" });
}
document.addEventListener("click", (event) => {
  const row = event.target.closest && event.target.closest("tr[data-mark]");
  if (row) rowChosen(row);
});
document.addEventListener("keydown", (event) => {
  const row = event.target.closest && event.target.closest("tr[data-mark]");
  if (row && event.key === "Enter") rowChosen(row);
});

// ---- filters ------------------------------------------------------------------------------------------------------
const filters = { community: byId("by-community"), place: byId("by-place"), grade: byId("by-grade"), job: byId("by-job"), measure: byId("by-measure") };
function offer(select, words) {
  for (const word of words) {
    const option = document.createElement("option");
    option.value = option.textContent = word;
    select.append(option);
  }
}
offer(filters.community, D.community.text);
offer(filters.grade, D.grade.text);
offer(filters.measure, D.measure.text);
offer(byId("places"), D.place.text);
offer(byId("job-names"), D.jobs);
for (const name of [...(D.jobs.length ? ["plan"] : []), "worth_m", "faults", "ill", "share", "laid"]) {
  const option = document.createElement("option");
  option.value = name; option.textContent = W[`by_${name}`];
  byId("colour-by").append(option);
}
function filter() {
  const want = Object.fromEntries(Object.entries(filters).map(([name, box]) => [name, box.value.trim()]));
  const job = jobNumber.get(want.job), shownJobs = new Set();
  let count = 0, metres = 0;
  for (let i = 0; i < n; i += 1) {
    const isIn = (!want.community || text("community", i) === want.community)
      && (!want.place || text("place", i).includes(want.place))
      && (!want.grade || text("grade", i) === want.grade)
      && (!want.measure || text("measure", i) === want.measure)
      && (!want.job || (job === undefined ? D.job[i] >= 0 && D.jobs[D.job[i]].includes(want.job) : D.job[i] === job));
    visible[i] = isIn ? 1 : 0;
    if (isIn) {
      count += 1; metres += D.length[i] || 0;
      if (D.job[i] >= 0) shownJobs.add(D.jobs[D.job[i]]);
    }
  }
  let rows = 0;
  for (const row of view.querySelectorAll("tr[data-mark]")) {
    row.hidden = !shownJobs.has(row.dataset.mark.slice(4));
    if (!row.hidden) rows += 1;
  }
  view.dataset.shown = count; view.dataset.rows = rows;
  byId("map-count").textContent = W.count.replace("{assets}", count.toLocaleString("en"))
    .replace("{km}", (metres / 1000).toFixed(1)).replace("{jobs}", rows.toLocaleString("en"));
  const isAny = Object.values(want).some(Boolean);
  if (isAny && count) fit(everything.filter((i) => visible[i]), 0.12);
  redraw();
}
for (const box of Object.values(filters)) box.addEventListener("change", filter);
byId("colour-by").addEventListener("change", (event) => { mode = event.target.value; legend(); redraw(); });
for (const name of ["show-valves", "show-cold"]) byId(name).addEventListener("change", redraw);
byId("map-reset").addEventListener("click", () => {
  for (const box of Object.values(filters)) box.value = "";
  filter(); choose(-1, -1); fit(everything, 1); redraw();
});

// ---- hand and wheel -----------------------------------------------------------------------------------------------
const hands = new Map();
let moved = 0, apart = 0;
function zoomAt(x, y, factor) {
  const k = Math.max(1e-4, Math.min(2, at.k * factor));
  at.x += x / at.k - x / k; at.y += y / at.k - y / k; at.k = k;
  redraw();
}
canvas.addEventListener("wheel", (event) => {
  event.preventDefault();
  zoomAt(event.offsetX, event.offsetY, Math.exp(-event.deltaY * 0.0015));
}, { passive: false });
canvas.addEventListener("pointerdown", (event) => {
  canvas.setPointerCapture(event.pointerId);
  hands.set(event.pointerId, [event.offsetX, event.offsetY]);
  moved = 0;
});
canvas.addEventListener("pointermove", (event) => {
  const before = hands.get(event.pointerId);
  if (!before) {
    const i = under(event.offsetX, event.offsetY);
    tip.hidden = i < 0;
    canvas.style.cursor = i < 0 ? "grab" : "pointer";
    if (i >= 0) {
      tell(tip, i);
      tip.style.left = `${Math.min(event.offsetX + 14, Math.max(0, wide - 330))}px`;
      tip.style.top = `${event.offsetY + (event.offsetY > high / 2 ? -tip.offsetHeight - 10 : 16)}px`;
    }
    return;
  }
  hands.set(event.pointerId, [event.offsetX, event.offsetY]);
  if (hands.size === 1) {
    at.x -= (event.offsetX - before[0]) / at.k; at.y -= (event.offsetY - before[1]) / at.k;
    moved += Math.abs(event.offsetX - before[0]) + Math.abs(event.offsetY - before[1]);
    if (moved > 3) tip.hidden = true;
    redraw();
  } else {
    const [one, two] = [...hands.values()], now = Math.hypot(one[0] - two[0], one[1] - two[1]);
    if (apart) zoomAt((one[0] + two[0]) / 2, (one[1] + two[1]) / 2, now / apart);
    apart = now; moved = 99;
  }
});
function lift(event) {
  hands.delete(event.pointerId);
  apart = 0;
  if (event.type === "pointerup" && moved < 4 && !hands.size) {
    const i = under(event.offsetX, event.offsetY);
    choose(i, i >= 0 ? D.job[i] : -1);
  }
}
canvas.addEventListener("pointerup", lift);
canvas.addEventListener("pointercancel", lift);
canvas.addEventListener("pointerleave", () => { tip.hidden = true; });
byId("map-in").addEventListener("click", () => zoomAt(wide / 2, high / 2, 1.6));
byId("map-out").addEventListener("click", () => zoomAt(wide / 2, high / 2, 1 / 1.6));

function resize() {
  const before = wide;
  wide = canvas.clientWidth; high = canvas.clientHeight;
  if (!wide || !high) return;
  const ratio = window.devicePixelRatio || 1;
  canvas.width = Math.round(wide * ratio); canvas.height = Math.round(high * ratio);
  if (!before) fit(everything, 1);
  redraw();
}
new ResizeObserver(resize).observe(canvas);
resize(); legend(); filter(); choose(-1, -1);
draw();
// For tests and for people who script: where an asset lies on the canvas, in pixels.
window.heatnetMap = { at: (id) => middle(numbers.get(id)), ids: D.id, jobs: D.jobs };
document.documentElement.dataset.ready = String(Math.round(performance.now()));
})();
