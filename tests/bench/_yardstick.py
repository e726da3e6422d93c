"""What other pages are held against: a list of fifty rows as Django's own documentation has it.

Behind the same middleware, signed in; `urlpatterns` make this module the whole site.
"""

from __future__ import annotations

from django.contrib.auth.models import Permission
from django.http import HttpRequest, HttpResponse
from django.template import Context, Engine
from django.urls import path
from django.views.generic import ListView

PAGE = """<!doctype html><title>Permissions</title><table>{% for each in object_list %}<tr>
<td>{{ each.name }}</td><td>{{ each.content_type.app_label }}</td><td>{{ each.content_type.model }}
</td><td>{{ each.codename }}</td></tr>{% endfor %}</table>
{{ page_obj.number }} of {{ page_obj.paginator.num_pages }}"""
TEMPLATE = Engine().from_string(PAGE)


class PlainList(ListView[Permission]):
    # Of a table that every site of Django has, with some hundred rows.
    queryset = Permission.objects.select_related("content_type").order_by("pk")
    paginate_by = 50

    def render_to_response(self, context: dict[str, object], **kwargs: object) -> HttpResponse:
        return HttpResponse(TEMPLATE.render(Context(context)))


def view(request: HttpRequest) -> HttpResponse:
    answer: HttpResponse = PlainList.as_view()(request)
    return answer


urlpatterns = [path("", view)]
