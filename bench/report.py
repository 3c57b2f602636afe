"""What came out, for people: tables and a chart."""

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


# ---- the chart -------------------------------------------------------------------------------------

COLOURS = {"floor": "#9aa5b1", "caisson": "#c2410c", "caisson-ro": "#ea8a3a", "crun": "#3b6ea8", "runc": "#7b5ea7"}
OTHER = "#4f8a5b"
BAR, GAP, LEFT, WIDTH, RIGHT = 15, 26, 190, 560, 90


def escape(text):
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def chart(results):
    """Bars of the wall time as a part of the floor's, or of crun's where there is no floor."""
    body, y = [], 92
    scenarios = [s for s in results["scenarios"] if any(t.get("to_floor") or t.get("to_crun") for t in s["tools"])]
    for scenario in scenarios:
        body.append(f'<text x="24" y="{y}" class="head">{escape(scenario["short"])}</text>')
        key = "to_floor" if any("to_floor" in t for t in scenario["tools"]) else "to_crun"
        base = "the floor" if key == "to_floor" else "crun"
        body.append(f'<text x="{LEFT + WIDTH + RIGHT - 24}" y="{y}" class="note" text-anchor="end">times {base}</text>')
        y += 10
        ratios = [t[key]["wall_ms"] for t in scenario["tools"] if key in t]
        scale = WIDTH / max(max(ratios), 2)
        top = y
        for tool in scenario["tools"]:
            if key not in tool:
                continue
            ratio = tool[key]["wall_ms"]
            colour = COLOURS.get(tool["name"], OTHER)
            body += [
                f'<text x="{LEFT - 10}" y="{y + 12}" text-anchor="end">{escape(tool["name"])}</text>',
                f'<rect x="{LEFT}" y="{y + 1}" width="{ratio * scale:.1f}" height="{BAR - 2}" rx="2" fill="{colour}"/>',
                f'<text x="{LEFT + ratio * scale + 7:.1f}" y="{y + 12}" class="value">{ratio:.2f}</text>']
            y += BAR + 3
        body.append(f'<line x1="{LEFT + scale:.1f}" y1="{top - 2}" x2="{LEFT + scale:.1f}" y2="{y}" class="one"/>')
        y += GAP
    width = LEFT + WIDTH + RIGHT
    return "\n".join([
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y}" viewBox="0 0 {width} {y}">',
        "<style>text{font:12px 'DejaVu Sans',Verdana,sans-serif;fill:#24292f}"
        ".title{font-size:18px;font-weight:bold}.head{font-size:13px;font-weight:bold}"
        ".note{fill:#6b7280;font-size:11px}.value{font-weight:bold}"
        ".one{stroke:#111827;stroke-width:1;stroke-dasharray:3 3}</style>",
        f'<rect width="{width}" height="{y}" fill="#ffffff"/>',
        '<text x="24" y="36" class="title">Wall time, as a multiple of the least the kernel charges</text>',
        f'<text x="24" y="58" class="note">{escape(results["host"])}; medians, all of a group run in turns. Shorter is better.</text>',
        *body, "</svg>", ""])
