"""Around the methods of our pages: HEAD wherever GET is, and words where a method is refused."""

from django.template.loader import render_to_string


def head_as_get(get_response):
    """Every page that may be read may be asked for its headers; no view has to think of it."""

    def middleware(request):
        is_head = request.method == "HEAD"
        if is_head:
            request.method = "GET"
        response = get_response(request)
        if is_head:
            request.method = "HEAD"
            _take_out_the_body(response)
        _allow_head(response)
        return response

    return middleware


def _take_out_the_body(response) -> None:
    if response.streaming:
        # Its length, where it is known, stands in the headers already.
        response.streaming_content = ()
        return
    response.headers.setdefault("Content-Length", str(len(response.content)))
    response.content = b""


def _allow_head(response) -> None:
    allowed = response.headers.get("Allow", "").split(", ")
    if "GET" in allowed and "HEAD" not in allowed:
        allowed.insert(allowed.index("GET") + 1, "HEAD")
        response["Allow"] = ", ".join(allowed)


def page_for_another_method(get_response):
    """Django answers an empty page; ours is in the visitor's language. Allow stays."""

    def middleware(request):
        response = get_response(request)
        if response.status_code == 405 and not response.streaming and not response.content:
            response.content = render_to_string("405.html")
            response["Content-Type"] = "text/html; charset=utf-8"
            response.headers.pop("Content-Length", None)
        return response

    return middleware
