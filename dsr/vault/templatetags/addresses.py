"""Addresses on pages."""

from django import template

from dsr.vault.addresses import readable

register = template.Library()
register.filter("readable", readable)
