"""A small Olist export of our own making: Anna's order, delivered and reviewed."""

from pathlib import Path
from typing import Final

HEADERS: Final = {
    "customers": "customer_id,customer_unique_id,customer_zip_code_prefix,"
    "customer_city,customer_state",
    "orders": "order_id,customer_id,order_status,order_purchase_timestamp,"
    "order_approved_at,order_delivered_carrier_date,order_delivered_customer_date,"
    "order_estimated_delivery_date",
    "order_items": "order_id,order_item_id,product_id,seller_id,shipping_limit_date,"
    "price,freight_value",
    "order_payments": "order_id,payment_sequential,payment_type,payment_installments,"
    "payment_value",
    "order_reviews": "review_id,order_id,review_score,review_comment_title,"
    "review_comment_message,review_creation_date,review_answer_timestamp",
    "products": "product_id,product_category_name",
    "sellers": "seller_id,seller_zip_code_prefix,seller_city,seller_state",
}
PLACED, PAID = "2018-03-01 10:00:00", "2018-03-01 10:30:00"
SENT, ARRIVED = "2018-03-03 09:00:00", "2018-03-08 18:00:00"
PROMISED = "2018-03-20 00:00:00"

ANNAS_ORDER = f"o-1,c-1,delivered,{PLACED},{PAID},{SENT},{ARRIVED},{PROMISED}"
CHAIR = "o-1,1,chair,shop-a,2018-03-05 10:30:00,120.00,9.90"
LAMP = "o-1,2,lamp,shop-a,2018-03-05 10:30:00,35.0,4.55"
CARD = "o-1,1,credit_card,3,150.00"
VOUCHER = "o-1,2,voucher,1,19.45"
REVIEW = 'r-1,o-1,2,Demorou,"chegou, enfim",2018-03-09 00:00:00,2018-03-10 08:15:00'

ANNAS: Final[dict[str, list[str]]] = {
    "customers": ["c-1,anna,01310,sao paulo,SP"],
    "orders": [ANNAS_ORDER],
    "order_items": [CHAIR, LAMP],
    "order_payments": [CARD, VOUCHER],
    "order_reviews": [REVIEW],
    "products": ["chair,moveis", "lamp,"],
    "sellers": ["shop-a,09850,sao paulo,SP"],
}


def file_of(name: str) -> str:
    """Return the file the rows of a name stand in, such as "orders"."""
    return f"olist_{name}_dataset.csv"


def write_export(folder: Path, **changed: list[str]) -> Path:
    """Write the seven files, Anna's rows but for those that are given."""
    for name, rows in (ANNAS | changed).items():
        text = "\n".join((HEADERS[name], *rows)) + "\n"
        (folder / file_of(name)).write_text(text, "utf-8")
    return folder


def market(orders: int) -> dict[str, list[str]]:
    """Return the rows of so many orders: fine, late, never sent, called off."""
    rows: dict[str, list[str]] = {name: [] for name in HEADERS}
    rows["products"], rows["sellers"] = ANNAS["products"], ANNAS["sellers"]
    for number in range(orders):
        day, order = 1 + number % 25, f"m-{number}"
        sent = f"2018-05-{day + 2:02} 09:00:00" if number % 7 else ""
        came = f"2018-05-{day + 3:02} 18:00:00" if sent and number % 5 else ""
        status = "delivered" if came else "shipped" if sent else "processing"
        if number % 14 == 0:
            status = "unavailable"
        due = f"2018-05-{day + 2 + number % 3:02}"
        rows["customers"].append(f"c-{number},buyer-{number % 97},01310,sao paulo,SP")
        rows["orders"].append(
            f"{order},c-{number},{status},2018-05-{day:02} 10:00:00,"
            f"2018-05-{day:02} 10:{number % 60:02}:00,{sent},{came},{due} 00:00:00"
        )
        rows["order_items"].append(
            f"{order},1,chair,shop-a,2018-05-{day + 2:02} 08:{number % 60:02}:00,"
            f"{number}.50,9.90"
        )
        rows["order_payments"].append(f"{order},1,boleto,1,{number}.50")
        if number % 3 == 0:
            rows["order_reviews"].append(
                f"r-{number},{order},{1 + number % 5},,,2018-06-01 00:00:00,"
                "2018-06-02 08:15:00"
            )
    return rows
