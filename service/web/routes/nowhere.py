"""Addresses that look like pages and are none: a person who mistypes gets a page that says so."""

from fastapi import APIRouter, Response

from service.http.policy import public
from service.http.problems import Problem
from service.web.page_route import PageRoute

router = APIRouter(route_class=PageRoute, include_in_schema=False)


@router.get("/desk/{rest:path}")
@router.get("/ops/{rest:path}")
@public
async def nowhere() -> Response:
    """Say that there is no such page."""
    raise Problem(404, "There is no such page.")
