"""A person with a browser that runs no script: reads a page's forms, fills them in, and sends them off."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

from portal import PASSWORD


class Form:
    """A form, with what its fields hold and its buttons."""

    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").upper()
        self.fields = {}
        self.boxes = {}
        self.buttons = {}

    def has(self, names):
        return all(name in self.fields or name in self.boxes for name in names)


class _Reader(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.text = []
        self.refresh = None
        self._form = self._button = self._area = None

    def handle_starttag(self, tag, attributes):
        attributes = dict(attributes)
        name, value = attributes.get("name"), attributes.get("value", "")
        if tag == "meta" and attributes.get("http-equiv") == "refresh":
            self.refresh = attributes["content"].partition("url=")[2]
        if tag == "form":
            self._form = Form(attributes)
            self.forms.append(self._form)
        elif self._form is None:
            return
        elif tag == "button":
            self._button = (name, value, [])
        elif tag == "textarea" and name:
            self._area, self._form.fields[name] = name, ""
        elif tag == "input" and name and attributes.get("type") == "checkbox":
            self._form.boxes[name] = value
            if "checked" in attributes:
                self._form.fields[name] = value
        elif tag == "input" and name:
            self._form.fields[name] = value

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._area = None
        elif tag == "button" and self._button and self._form:
            name, value, words = self._button
            self._form.buttons["".join(words).strip()] = (name, value)
            self._button = None

    def handle_data(self, data):
        self.text.append(data)
        if self._button:
            self._button[2].append(data)
        if self._area and self._form:
            self._form.fields[self._area] += data


class Browser:
    """Follows redirects and pages that lead on, within the portal only, so that a test sees where it is sent."""

    def __init__(self, portal, verify=True):
        self._portal = portal
        self._session = requests.Session()
        self._session.verify = verify
        self._session.headers["Accept"] = "text/html"

    def open(self, url):
        """Goes to an address; gives the one outside the portal that it ends at, if it does."""
        return self._follow("GET", urljoin(self._portal.url, url))

    def _follow(self, method, url, data=None):
        for _ in range(10):
            headers = {"Referer": getattr(self, "address", self._portal.url)}
            if method == "POST":
                headers |= {"Origin": self._portal.url, "Sec-Fetch-Site": "same-origin"}
            answer = self._session.request(method, url, data=data, headers=headers, allow_redirects=False)
            target = answer.headers["Location"] if answer.is_redirect else None
            if target is None:
                assert answer.ok, f"{answer.status_code} for {method} {url}: {answer.text[:2000]}"
                self.address = url
                target = self._read(answer.text)
            if target is None:
                return None
            url = urljoin(url, target)
            if urlsplit(url).netloc != urlsplit(self._portal.url).netloc:
                return url
            method, data = "GET", None
        raise AssertionError(f"no end to the redirects at {url}")

    def _read(self, text):
        reader = _Reader()
        reader.feed(text)
        self.forms = reader.forms
        self.text = " ".join(" ".join(reader.text).split())
        return reader.refresh

    def press(self, button, **values):
        """Fills in the form that has this button and these fields, and presses it. True ticks a box."""
        form = next((form for form in self.forms if button in form.buttons and form.has(values)), None)
        assert form, f"no {button!r} with {list(values)} among {[vars(form) for form in self.forms]} on {self.text!r}"
        data = dict(form.fields)
        for name, value in values.items():
            data[name] = form.boxes[name] if value is True else value
        name, value = form.buttons[button]
        if name:
            data[name] = value
        return self._follow(form.method, urljoin(self.address, form.action), data)

    def sign_in(self):
        """Signs in on the page that asks for it."""
        return self.press("Sign in", email=self._portal.email, password=PASSWORD)
