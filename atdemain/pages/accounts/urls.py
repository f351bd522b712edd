from django.urls import path

from atdemain.pages.accounts import importing, views

app_name = "accounts"

urlpatterns = [
    path("import/", importing.accounts_import, name="import"),
    path("import/template/", importing.template, name="template"),
    path("<int:pk>/", views.account, name="account"),
    path("<int:pk>/<slug:action>/", views.act, name="act"),
]
