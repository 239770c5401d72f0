"""A network that is a script: each request gets the next answer, and is remembered."""

import json

import httpx

from marketplaces.connectors.http import Http

KEY = "ACMA:test-key-0123456789:abcdef"


class Script(httpx.BaseTransport):
    """Answers in turn; an exception among them is raised, a function is called with the request."""

    def __init__(self, *answers):
        self.answers = list(answers)
        self.requests = []

    def handle_request(self, request):
        request.read()
        self.requests.append(request)
        answer = self.answers.pop(0)
        if callable(answer):
            answer = answer(request)
        if isinstance(answer, Exception):
            raise answer
        return answer

    def body(self, index=-1):
        return json.loads(self.requests[index].content)


def ok(data=None, **more):
    return httpx.Response(200, json=data if data is not None else {"status": "OK", **more})


def refusal(status, code="BAD_REQUEST", message="no", headers=None):
    errors = {"status": "ERROR", "errors": [{"code": code, "message": message}]}
    return httpx.Response(status, json=errors, headers=headers)


def make_http(*answers, naps=None, headers=None, **options):
    """An Http over a script; `naps` collects the pauses instead of making them."""
    return Http(
        "https://market.test",
        headers=headers or {"Api-Key": KEY},
        transport=Script(*answers),
        sleep=(naps if naps is not None else []).append,
        secrets=(KEY,),
        **options,
    )
