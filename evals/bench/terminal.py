"""A sheet on standard output."""

from evals.bench.sheet import Sheet

NARROWEST = 120  # columns; where output is a file there is no width to fill


def show(sheet: Sheet) -> None:
    """Print title, tables and notes."""
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(highlight=False)
    if not console.is_terminal:
        console = Console(highlight=False, width=NARROWEST)
    console.print(Text(sheet.title, style="bold"))
    console.print(Text(sheet.lead))
    for one in sheet.tables:
        named = any(one.header)
        drawn = Table(title=Text(one.title), title_justify="left", box=box.SIMPLE_HEAD, show_header=named)
        for name in one.header:
            drawn.add_column(Text(name))
        for row in one.rows:
            drawn.add_row(*(Text(text) for text in row))
        console.print(drawn)
        if one.caption:
            console.print(Text(one.caption, style="dim"))
    console.print()
    for note in sheet.notes:
        console.print(Text(f"- {note}"))
