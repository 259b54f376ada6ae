"""More is asked than can be done soon: whoever is too many is told at once."""

from litestar.testing import TestClient
from structlog.testing import capture_logs

from application.event_store.dispatcher import Dispatcher
from application.event_store.limits import Limits
from application.order_desk import OrderDesk
from application.orders import Orders
from interface.api.app import build_app
from interface.bootstrap import Redress
from interface.serving import api_parts
from tests.interface.api.conftest import ORDER, Caller
from tests.interface.api.test_problems import problem


def test_where_the_queue_is_full_it_is_busy_and_says_when_to_ask_again(
    redress: Redress,
) -> None:
    redress.policies.bring_up_to_date()
    before = redress.store.heads()
    dispatcher = Dispatcher(redress.store, Limits(queue=0))
    desk = OrderDesk(redress.store, Orders(redress.store, dispatcher, redress.policies))
    token = redress.tokens.issue("service", "shop-feed")
    app = build_app(api_parts(redress)._replace(desk=desk))
    with TestClient(app) as client, capture_logs() as logs:
        answer = Caller(client, token).post("/v1/orders", ORDER, key="the-same")
    dispatcher.close()
    document = problem(answer, 503, "busy")
    assert "same Idempotency-Key" in document["detail"]
    assert int(answer.headers["Retry-After"]) > 0
    assert "database_unavailable" not in {each["event"] for each in logs}
    assert redress.store.heads() == before, "nothing was written"
