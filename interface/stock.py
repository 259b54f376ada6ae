"""An application of the eventsourcing library, on the database of this installation.

``PERSISTENCE_MODULE=interface.stock`` is all that has to be set: the database is the
one that ``redress up`` runs, or the one that the settings name.
"""

from eventsourcing.utils import Environment, EnvType

from application.event_store.seams import factory
from interface.postgres.database import database_urls
from interface.settings import read_settings


class InstallationFactory(factory.RedressFactory):
    """Finds out the writer's address by itself, unless it is set."""

    def __init__(self, env: Environment | EnvType | None) -> None:
        name = env.name if isinstance(env, Environment) else ""
        known = Environment(name, env)
        if not known.get(factory.DATABASE_WRITER_URL):
            urls = database_urls(read_settings(known))
            known[factory.DATABASE_WRITER_URL] = urls.writer
        super().__init__(known)
