"""What came out, for people: tables, the targets, a chart; as a program, the tables of docs/performance.md.

usage: report.py counts|times FILE      FILE is what bench --json has written
"""

import json
import sys

FIGURES = (
    # key, heading, width, decimals, ratio to the floor?
    ("wall_ms", "wall ms", 8, 2, False),
    ("cpu_ms", "cpu ms", 8, 2, True),
    ("page_faults", "faults", 7, 0, True),
    ("system_calls", "calls", 6, 0, False),
    ("context_switches", "switches", 8, 0, False),
    ("peak_rss_kib", "peak KiB", 8, 0, False),
)


def median(tool, key):
    return tool[key]["median"] if key in tool else None


def add_ratios(scenario):
    """Each tool's medians as parts of the floor's and of crun's in the same run."""
    named = {tool["name"]: tool for tool in scenario["tools"]}
    for tool in scenario["tools"]:
        if "error" in tool:
            continue
        for other, key in (("floor", "to_floor"), ("crun", "to_crun")):
            base = named.get(other)
            if not base or "error" in base:
                continue
            tool[key] = {figure: round(median(tool, figure) / median(base, figure), 3)
                         for figure, *_ in FIGURES
                         if median(tool, figure) is not None and median(base, figure)}
        if scenario["at_once"] > 1:
            tool["per_second"] = round(1000 / median(tool, "wall_ms"), 1)


def cell(value, width, decimals):
    return f"{'-' if value is None else format(value, f'.{decimals}f'):>{width}}"


def table(scenario):
    """Lines of text: medians, and ratios of wall time."""
    many = scenario["at_once"] > 1
    head = f"{'':<11}{'/floor':>7}{'/crun':>7}" + "".join(
        f"{heading:>{width + 1}}" + (f"{'p90':>8}" if key == "wall_ms" else "")
        + (f"{'ratio':>6}" if has_ratio else "") for key, heading, width, _, has_ratio in FIGURES)
    yield f"{scenario['title']}; {scenario['rounds']} rounds" + (
        f", {scenario['at_once']} at once: the time is that of one" if many else "")
    yield ""
    yield head + (f"{'per s':>8}" if many else "")
    for tool in scenario["tools"]:
        if "error" in tool:
            yield f"{tool['name']:<11} n/a: {tool['error']}"
            continue
        to_floor, to_crun = tool.get("to_floor", {}), tool.get("to_crun", {})
        line = f"{tool['name']:<11}" + cell(to_floor.get("wall_ms"), 7, 2) + cell(to_crun.get("wall_ms"), 7, 2)
        for key, _, width, decimals, has_ratio in FIGURES:
            line += " " + cell(median(tool, key), width, decimals)
            if key == "wall_ms":
                line += cell(tool[key]["p90"], 8, 2)
            if has_ratio:
                line += cell(to_floor.get(key), 6, 2)
        yield line + (cell(tool.get("per_second"), 8, 1) if many else "")
    yield ""


# ---- against the targets ---------------------------------------------------------------------------

# What is to be reached: words, the scenario, the tool, where its figure is, and the most it may be.
TARGETS = (
    # fmt: off
    ("run", ("profiles", "default", "run"), "caisson-ro", ("to_floor", "wall_ms"), 1.4),
    ("run, sealing itself", ("profiles", "default", "run"), "caisson", ("to_floor", "wall_ms"), 1.7),
    ("run: page faults", ("profiles", "default", "run"), "caisson-ro", ("page_faults", "median"), 130),
    ("run: KiB of the parent at most", ("profiles", "default", "run"), "caisson", ("peak_rss_kib", "median"), 3072),
    ("run, docker", ("profiles", "docker", "run"), "caisson-ro", ("to_floor", "wall_ms"), 1.7),
    ("exec", ("verbs", "default", "exec"), "caisson-ro", ("to_floor", "wall_ms"), 1.4),
    ("exec, sealing itself", ("verbs", "default", "exec"), "caisson", ("to_floor", "wall_ms"), 1.7),
    ("state", ("verbs", "default", "state"), "caisson", ("to_floor", "wall_ms"), 1.6),
    ("create, start, delete", ("verbs", "default", "cycle"), "caisson", ("to_crun", "wall_ms"), 0.45),
    ("4 at once, time of one", ("parallel", "default", "run", 4), "caisson", ("to_crun", "wall_ms"), 1 / 1.8),
    # fmt: on
)


def find(results, wanted):
    for scenario in results["scenarios"]:
        facts = [scenario.get(key) for key in ("group", "profile", "verb")]
        if tuple(facts) == tuple(wanted[:3]) and (len(wanted) < 4 or scenario.get("at_once") == wanted[3]):
            return {tool["name"]: tool for tool in scenario["tools"] if "error" not in tool}
    return {}


def growth(results):
    """How much dearer a run is on the largest host than on the smallest: by itself, and as a part of the floor's."""
    hosts = [s for s in results["scenarios"] if s.get("group") == "hosts" and s["tools"]]
    if len(hosts) < 2:
        return {}
    times = [{tool["name"]: median(tool, "wall_ms") for tool in host["tools"] if "error" not in tool}
             for host in (hosts[0], hosts[-1])]
    grown = {name: times[1][name] / times[0][name] for name in times[0] if name in times[1]}
    return {name: {"times": round(grown[name], 3), "to_floor": round(grown[name] / grown["floor"], 3)}
            for name in grown if "floor" in grown}


def target_rows(results):
    """(words, tool, figure, the most it may be) of what was measured."""
    for words, wanted, name, (part, figure), most in TARGETS:
        value = find(results, wanted).get(name, {}).get(part, {}).get(figure)
        if value is not None:
            yield words, name, value, most
    for name, value in results.get("growth", {}).items():
        if name.startswith("caisson"):
            yield "growth with the host, of the floor's", name, value["to_floor"], 1.1


def targets(results):
    for words, name, value, most in target_rows(results):
        verdict = "met" if value <= most else "MISSED"
        yield f"{words:<38}{name:<12}{value:8.2f}   at most {most:7.2f}   {verdict}"


# ---- the chart -------------------------------------------------------------------------------------

COLOURS = {"floor": "#9aa5b1", "caisson": "#c2410c", "caisson-ro": "#ea8a3a", "crun": "#3b6ea8", "runc": "#7b5ea7"}
OTHER = "#4f8a5b"
LABEL, WIDTH, VALUE, COLUMN, MARGIN = 88, 270, 62, 460, 24
BAR, GAP, TOP = 16, 22, 96
STYLE = """text{font:12px 'DejaVu Sans',Verdana,sans-serif;fill:#24292f}.title{font-size:18px;font-weight:bold}
.head{font-size:13px;font-weight:bold}.note{fill:#6b7280;font-size:11px}.value{font-weight:bold}
.one{stroke:#111827;stroke-width:1;stroke-dasharray:3 3}.cut{stroke:#ffffff;stroke-width:3}"""


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def group_of_bars(scenario, left, top):
    """One scenario; returns its lines and where it ends.  What is far longer than crun's bar is cut."""
    key = "to_floor" if any("to_floor" in tool for tool in scenario["tools"]) else "to_crun"
    tools = [(tool["name"], tool[key]["wall_ms"]) for tool in scenario["tools"] if key in tool]
    ratios = dict(tools)
    longest = max(1.6, 1.3 * ratios.get("crun", max(ratios.values())))
    scale, start = WIDTH / longest, left + LABEL
    lines = [f'<text x="{left}" y="{top}" class="head">{escape(scenario["short"])}</text>',
             f'<text x="{left + COLUMN - 36}" y="{top}" class="note" text-anchor="end">times '
             f'{"the floor" if key == "to_floor" else "crun"}</text>']
    y = top + 10
    for name, ratio in tools:
        length = min(ratio, longest) * scale
        lines += [
            f'<text x="{start - 8}" y="{y + 12}" text-anchor="end">{escape(name)}</text>',
            f'<rect x="{start}" y="{y + 1}" width="{length:.1f}" height="{BAR - 3}" rx="2" fill="{COLOURS.get(name, OTHER)}"/>',
            f'<text x="{start + length + 6:.1f}" y="{y + 12}" class="value">{ratio:.2f}</text>']
        if ratio > longest:
            x = start + 0.9 * length
            lines.append(f'<line x1="{x - 3:.1f}" y1="{y + BAR}" x2="{x + 3:.1f}" y2="{y - 1}" class="cut"/>')
        y += BAR + 2
    one = start + scale
    lines.append(f'<line x1="{one:.1f}" y1="{top + 8}" x2="{one:.1f}" y2="{y}" class="one"/>')
    return lines, y + GAP


def chart(results):
    """Bars of the wall time as a part of the floor's, or of crun's where there is no floor, in two columns."""
    body, ends = [], [TOP, TOP]
    for scenario in results["scenarios"]:
        if any("to_floor" in tool or "to_crun" in tool for tool in scenario["tools"]):
            column = 0 if ends[0] <= ends[1] else 1
            lines, ends[column] = group_of_bars(scenario, MARGIN + column * COLUMN, ends[column])
            body += lines
    width, height = MARGIN + 2 * COLUMN, max(ends)
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" viewBox="0 0 {width} {height}">',
        f"<style>{STYLE}</style>",
        f'<rect width="{width}" height="{height}" fill="#ffffff"/>',
        f'<text x="{MARGIN}" y="36" class="title">Wall time, as a multiple of the least the kernel charges</text>',
        f'<text x="{MARGIN}" y="58" class="note">{escape(results["host"])}; medians; those of a group ran in turns. '
        "Shorter is better; a cut bar is longer than it is drawn.</text>",
        *body, "</svg>", ""])


# ---- for docs/performance.md ------------------------------------------------------------------------

def row(cells):
    return "| " + " | ".join(cells) + " |"


def markdown(results, what):
    """A row for each scenario, a column for each tool: counts of faults and calls, or ratios of wall time."""
    scenarios = [s for s in results["scenarios"] if s["tools"]]
    names = []
    for scenario in scenarios:
        names += [tool["name"] for tool in scenario["tools"] if tool["name"] not in names]
    names.sort(key=lambda name: name != "floor")
    yield row([{"counts": "page faults / system calls", "times": "wall time: of the floor (of crun)"}[what], *names])
    yield row(["---"] * (len(names) + 1))
    for scenario in scenarios:
        tools = {tool["name"]: tool for tool in scenario["tools"] if "error" not in tool}
        cells = []
        for name in names:
            tool = tools.get(name)
            if not tool:
                cells.append("")
            elif what == "counts":
                cells.append(f"{median(tool, 'page_faults'):.0f} / {median(tool, 'system_calls') or 0:.0f}")
            elif name == "floor":
                cells.append(f"1 = {median(tool, 'wall_ms'):.2f} ms")
            else:
                ratios = [tool.get(key, {}).get("wall_ms") for key in ("to_floor", "to_crun")]
                to_crun = "" if ratios[1] is None or name == "crun" else f"({ratios[1]:.2f})"
                cells.append(" ".join(filter(None, ("" if ratios[0] is None else f"{ratios[0]:.2f}", to_crun))) or "1")
        yield row([scenario["short"], *cells])


if __name__ == "__main__":
    if len(sys.argv) != 3 or sys.argv[1] not in ("counts", "times"):
        sys.exit(__doc__)
    with open(sys.argv[2], encoding="utf-8") as results_file:
        print("\n".join(markdown(json.load(results_file), sys.argv[1])))
