# No template has to load these.
BUILTINS = [
    "django.templatetags.i18n",
    "django.templatetags.static",
    "sellercloudx.templatetags.whose",
]
