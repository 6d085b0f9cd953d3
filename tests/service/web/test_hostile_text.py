"""What a customer or a person at the desk wrote is text on every page, whatever it says."""

import re
from html.parser import HTMLParser

from service.http.app import PAGES
from service.web.rendering import HEADERS
from tests.service.running import Running
from tests.service.web.surfer import ACCEPT, Surfer

ATTACKS = (
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "\"'><svg/onload=alert(1)>",
    "</p></main><form action=//elsewhere.example>",
    "{{ 7357*7919 }}{% raw %}${7357*7919}#{7357*7919}",
    "javascript:alert(1)",
    "\x1b[31mred\x1b]0;title\x07",
    "\u202eevil\u2066",
    "<!--",
    "&lt;b&gt;",
)
WRITTEN = " ".join(ATTACKS)
OURS = {"/static/htmx.min.js", "/static/chat.js", "/static/desk.js"}


class Reader(HTMLParser):
    """What a page holds: its text, and what in it could run or lead elsewhere."""

    def __init__(self, page: str) -> None:
        super().__init__(convert_charrefs=True)
        self.text, self.scripts, self.wrong = "", set[str](), list[str]()
        self.feed(page)

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "script":
            self.scripts.add(given.get("src", "inline"))
        leads = [given.get(name, "/") for name in ("href", "action", "src", "hx-get")]
        if any(name.startswith("on") or name == "style" for name in given) or not all(
            one.startswith(("/", "#")) and not one.startswith("//") for one in leads
        ):
            self.wrong.append(f"{tag} {given}")
        if tag in {"img", "iframe", "object", "embed", "base", "style"}:
            self.wrong.append(tag)


def look(page: str, shown: bool = True) -> None:
    """Look at a page that holds what was written, as text and as nothing else."""
    read = Reader(page)
    assert read.scripts <= OURS
    assert read.wrong == []
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]", page)
    if shown:
        for attack in ATTACKS[:6]:
            assert attack in read.text, attack
        assert str(7357 * 7919) not in read.text
        assert "[31mred" in read.text
        assert "&lt;b&gt;" in read.text


async def test_a_stored_attack_is_text_on_every_page(surfer: Surfer, service: Running) -> None:
    await surfer.see("/")
    said = f"I want to speak to a human being {WRITTEN}"
    look(await surfer.do("/chat", message=said, conversation_id=""))
    await surfer.sign_in(service.keys["admin"])
    queue = await surfer.see("/desk")
    look(queue, shown=False)
    assert "<script>alert(1)</script>" in Reader(queue).text
    case = re.search(r'href="(/desk/cases/E-[0-9a-f]+)"', queue)
    assert case is not None
    look(await surfer.see(case[1]))
    replied = await surfer.do(f"{case[1]}/reply", text=WRITTEN)
    look(replied)
    assert "\u241b[31mred" in replied  # what people write is kept as it is, and seen
    look(await surfer.do(f"{case[1]}/correct", priority="low", reason=WRITTEN))
    look(await surfer.see("/ops"), shown=False)
    traces = await surfer.see("/ops/traces")
    look(traces, shown=False)
    run = re.search(r'href="(/ops/traces/T-[0-9a-f]+)"', traces)
    assert run is not None
    look(await surfer.see(run[1]))


async def test_what_stands_in_an_address_or_a_form_is_text(surfer: Surfer, service: Running) -> None:
    await surfer.sign_in(service.keys["admin"])
    for attack in ATTACKS:
        for path, parameter in (
            ("/sign-in", "next"),
            ("/ops/traces", "category"),
            ("/ops/traces", "release"),
            ("/", "conversation"),
        ):
            answer = await surfer.http.get(path, params={parameter: attack}, headers=ACCEPT)
            look(answer.text, shown=False)
        answer = await surfer.http.post(
            "/sign-in", data={"csrf": surfer.csrf, "key": attack, "next": attack}, headers=ACCEPT
        )
        look(answer.text, shown=False)


async def test_every_answer_of_the_pages_lets_nothing_in_from_elsewhere(surfer: Surfer, service: Running) -> None:
    await surfer.sign_in(service.keys["admin"])
    paths = {route.path for router in PAGES for route in router.routes}  # type: ignore[attr-defined]
    for path in paths:
        where = path.replace("{id}", "E-1").replace("{name}", "style.css")
        for answer in (await surfer.http.get(where, headers=ACCEPT), await surfer.http.post(where, headers=ACCEPT)):
            if answer.status_code in {404, 405} and "text/html" not in answer.headers["content-type"]:
                continue  # no page answers this
            for name, value in HEADERS.items():
                if name != "Cache-Control":
                    assert answer.headers[name] == value, (path, name)
    assert "unsafe" not in HEADERS["Content-Security-Policy"]
