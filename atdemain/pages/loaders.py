"""Our own templates get their French typography when they are compiled: no cost when a page is drawn."""

from django.template import Origin
from django.template.loaders.filesystem import Loader as FilesystemLoader

from atdemain.pages.typography import french_template


class Loader(FilesystemLoader):
    """`DIRS` only: templates of other packages are left as they are."""

    def get_contents(self, origin: Origin) -> str:
        contents = super().get_contents(origin)
        return french_template(contents) if str(origin.name).endswith(".html") else contents
