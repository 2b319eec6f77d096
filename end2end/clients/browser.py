"""A browser without scripts: reads the forms of a page, fills them in and submits them."""

from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

import requests

from portal import PASSWORD


class Form:
    """A form with its field values, checkboxes and buttons."""

    def __init__(self, attributes):
        self.action = attributes.get("action", "")
        self.method = attributes.get("method", "get").upper()
        self.fields = {}
        self.checkboxes = {}
        self.buttons = {}

    def has_fields(self, names):
        return all(name in self.fields or name in self.checkboxes for name in names)


class _PageParser(HTMLParser):
    def __init__(self):
        super().__init__()
        self.forms = []
        self.text = []
        self.refresh = None
        self._form = self._button = self._textarea = None

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
            self._textarea, self._form.fields[name] = name, ""
        elif tag == "input" and name and attributes.get("type") == "checkbox":
            self._form.checkboxes[name] = value
            if "checked" in attributes:
                self._form.fields[name] = value
        elif tag == "input" and name:
            self._form.fields[name] = value

    def handle_endtag(self, tag):
        if tag == "form":
            self._form = None
        elif tag == "textarea":
            self._textarea = None
        elif tag == "button" and self._button and self._form:
            name, value, label = self._button
            self._form.buttons["".join(label).strip()] = (name, value)
            self._button = None

    def handle_data(self, data):
        self.text.append(data)
        if self._button:
            self._button[2].append(data)
        if self._textarea and self._form:
            self._form.fields[self._textarea] += data


class Browser:
    """Follows redirects and meta refreshes within the portal only, so that a test sees where it is sent."""

    def __init__(self, portal, verify=True):
        self._portal = portal
        self._session = requests.Session()
        self._session.verify = verify
        self._session.headers["Accept"] = "text/html"

    def open(self, url):
        """Opens a URL. Returns the URL outside the portal that it redirects to, or None."""
        return self._follow("GET", urljoin(self._portal.url, url))

    def _follow(self, method, url, data=None):
        for _ in range(10):
            headers = {"Referer": getattr(self, "address", self._portal.url)}
            if method == "POST":
                headers |= {"Origin": self._portal.url, "Sec-Fetch-Site": "same-origin"}
            response = self._session.request(method, url, data=data, headers=headers, allow_redirects=False)
            target = response.headers["Location"] if response.is_redirect else None
            if target is None:
                assert response.ok, f"{response.status_code} for {method} {url}: {response.text[:2000]}"
                self.address = url
                target = self._parse(response.text)
            if target is None:
                return None
            url = urljoin(url, target)
            if urlsplit(url).netloc != urlsplit(self._portal.url).netloc:
                return url
            method, data = "GET", None
        raise AssertionError(f"too many redirects at {url}")

    def _parse(self, text):
        parser = _PageParser()
        parser.feed(text)
        self.forms = parser.forms
        self.text = " ".join(" ".join(parser.text).split())
        return parser.refresh

    def click(self, button, **values):
        """Fills in the form that has this button and these fields, and clicks it. True checks a checkbox."""
        form = next((form for form in self.forms if button in form.buttons and form.has_fields(values)), None)
        assert form, f"no button {button!r} with fields {list(values)} in {[vars(form) for form in self.forms]} on {self.text!r}"
        data = dict(form.fields)
        for name, value in values.items():
            data[name] = form.checkboxes[name] if value is True else value
        name, value = form.buttons[button]
        if name:
            data[name] = value
        return self._follow(form.method, urljoin(self.address, form.action), data)

    def sign_in(self):
        """Signs in on the sign-in page."""
        return self.click("Sign in", email=self._portal.email, password=PASSWORD)
