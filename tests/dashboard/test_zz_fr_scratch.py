import re, gettext
from html import unescape
import pytest
from django.test import Client
from tests import cast
from tests.cast import MORNING
from tests.dashboard import matrix
from tests.dashboard.conftest import Seat
from tests.requests.reaching import reach
WORDS = re.compile(r"\b(the|and|of|is|are|not|for|with|you|your|this|that|request|requests|by|was|from|who|it|be|has|have|no|day|answer|evidence|please|enter|choose|back|show|all|identity|deadline|policy|law|letter|person|organisation's|change|add|set|sign|key|page|staff|in|to)\b", re.I)
STATES = ["received","proving_identity","in_progress","waiting","in_review","decided","closed","withdrawn","lapsed","frozen","out_of_scope","forwarded"]
def lines(html):
    html = re.sub(r"(?s)<(script|style|blockquote)\b.*?</\1>", "", html)
    html = re.sub(r'(?s)<[a-z]+[^>]*\blang="(?!fr)[^"]*"[^>]*>.*?</[a-z]+>', "\n", html)
    attrs = re.findall(r'(?:aria-label|title|placeholder|alt|data-label)="([^"]*)"', html)
    text = re.sub(r"<[^>]+>", "\n", html)
    return {unescape(l).strip() for l in text.split("\n") + attrs if l.strip()}
def test_scan(desk, client):
    found = {}
    def look(seat, url):
        r = seat.client.get(url, headers={"accept-language": "fr"})
        body = r.content.decode() if not r.streaming and "html" in r.headers.get("content-type","") else ""
        if r.status_code not in (200, 302, 403, 404): print("STATUS", url, r.status_code)
        for l in lines(body):
            if WORDS.search(l): found.setdefault(l, url)
        return body
    done = set()
    for st in STATES:
        for org, right in (("img","access"),("indigomed","accounting"),("imo","erase")):
            try: rq = reach(desk, st, organisation=org, slug=right) if False else reach(desk, st)
            except Exception as e: print("REACH", st, repr(e)[:200]); continue
            for role in ("officer","handler","second_officer","clerk","auditor"):
                seat = Seat(desk.people[role])
                seat.client.post("/language/", {"language":"fr","next":"/"})
                base=f"/staff/requests/{rq.reference}/"
                body = look(seat, base)
                for a in sorted(set(re.findall(rf'(?:href|action)="({base}[^"#?]+)', body))):
                    if (st, a.split("/")[-2], role) in done: continue
                    done.add((st, a.split("/")[-2], role))
                    b = look(seat, a)
                    m = re.search(r'name="version" value="([^"]*)"', b)
                    if m and 'method="post"' in b:  # empty post for errors
                        r = seat.client.post(a, {"version": m[1]})
                        for l in lines(r.content.decode()) if r.content else ():
                            if WORDS.search(l): found.setdefault(l, "POST "+a)
            break
    seat = Seat(desk.people["officer"]); seat.client.post("/language/", {"language":"fr","next":"/"})
    for url in ("/staff/","/staff/?status=every","/staff/?due=overdue&status=waiting","/staff/search/","/staff/letters/","/staff/team/","/staff/team/invite/","/staff/health/","/staff/new/","/staff/new/img/access/"):
        look(seat, url)
    for l,u in sorted(found.items(), key=lambda x:x[1]): print(u,"::",l[:300])

def test_scan2(desk):
    found = {}
    def look(seat, url):
        r = seat.client.get(url, headers={"accept-language": "fr"})
        body = r.content.decode() if not r.streaming and "html" in r.headers.get("content-type","") else ""
        if r.status_code not in (200, 302, 403, 404): print("STATUS", url, r.status_code)
        for l in lines(body):
            if WORDS.search(l): found.setdefault(l, url)
        return body
    world = matrix.build(desk)
    for name, wanted in matrix.addresses().items():
        if name.startswith(("admin:","portal:")): continue
        for who in ("officer","anonymous","admin"):
            c = Client(raise_request_exception=False)
            if who in world.sessions: c.cookies["sessionid"] = world.sessions[who]; 
            from django.conf import settings
            if who in world.sessions: c.cookies[settings.SESSION_COOKIE_NAME] = world.sessions[who]
            class S: client = c
            try: url = world.url(name, wanted)
            except Exception: continue
            look(S, url)
            try: r = c.post(url, headers={"accept-language":"fr"})
            except Exception as e: continue
            if r.streaming or not r.content or "html" not in r.headers.get("content-type",""): continue
            for l in lines(r.content.decode()):
                if WORDS.search(l): found.setdefault(l, "POST "+url)
    for l,u in sorted(found.items(), key=lambda x:x[1]): print(u,"::",l[:300])
