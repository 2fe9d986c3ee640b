"""The columns of Shopify's product CSV, in the header dialect of today's template and in the one before (docs/decisions/0007 quotes the page).

Inside, columns go by the older names ("Variant SKU"), which say what they belong to; the newer ones ("SKU") are translated at the door.
"""

from typing import Final

NEWER: Final[dict[str, str]] = {
    "Title": "Title",
    "URL handle": "Handle",
    "Description": "Body (HTML)",
    "Vendor": "Vendor",
    "Product category": "Product Category",
    "Type": "Type",
    "Tags": "Tags",
    "Published on online store": "Published",
    "Status": "Status",
    "SKU": "Variant SKU",
    "Barcode": "Variant Barcode",
    "Option1 name": "Option1 Name",
    "Option1 value": "Option1 Value",
    "Option1 Linked To": "Option1 Linked To",
    "Option2 name": "Option2 Name",
    "Option2 value": "Option2 Value",
    "Option2 Linked To": "Option2 Linked To",
    "Option3 name": "Option3 Name",
    "Option3 value": "Option3 Value",
    "Option3 Linked To": "Option3 Linked To",
    "Price": "Variant Price",
    "Compare-at price": "Variant Compare At Price",
    "Cost per item": "Cost per item",
    "Charge tax": "Variant Taxable",
    "Tax code": "Variant Tax Code",
    "Unit price total measure": "Unit Price Total Measure",
    "Unit price total measure unit": "Unit Price Total Measure Unit",
    "Unit price base measure": "Unit Price Base Measure",
    "Unit price base measure unit": "Unit Price Base Measure Unit",
    "Inventory tracker": "Variant Inventory Tracker",
    "Inventory quantity": "Variant Inventory Qty",
    "Continue selling when out of stock": "Variant Inventory Policy",
    "Weight value (grams)": "Variant Grams",
    "Weight unit for display": "Variant Weight Unit",
    "Requires shipping": "Variant Requires Shipping",
    "Fulfillment service": "Variant Fulfillment Service",
    "Product image URL": "Image Src",
    "Image position": "Image Position",
    "Image alt text": "Image Alt Text",
    "Variant image URL": "Variant Image",
    "Gift card": "Gift Card",
    "SEO title": "SEO Title",
    "SEO description": "SEO Description",
    "Google Shopping / Google product category": "Google Shopping / Google Product Category",
    "Google Shopping / Gender": "Google Shopping / Gender",
    "Google Shopping / Age group": "Google Shopping / Age Group",
    "Google Shopping / Manufacturer part number (MPN)": "Google Shopping / MPN",
    "Google Shopping / Ad group name": "Google Shopping / AdWords Grouping",
    "Google Shopping / Ads labels": "Google Shopping / AdWords Labels",
    "Google Shopping / Condition": "Google Shopping / Condition",
    "Google Shopping / Custom product": "Google Shopping / Custom Product",
    "Google Shopping / Custom label 0": "Google Shopping / Custom Label 0",
    "Google Shopping / Custom label 1": "Google Shopping / Custom Label 1",
    "Google Shopping / Custom label 2": "Google Shopping / Custom Label 2",
    "Google Shopping / Custom label 3": "Google Shopping / Custom Label 3",
    "Google Shopping / Custom label 4": "Google Shopping / Custom Label 4",
}
CLASSIC: Final[tuple[str, ...]] = (
    "Handle", "Title", "Body (HTML)", "Vendor", "Product Category", "Type", "Tags", "Published",
    "Option1 Name", "Option1 Value", "Option2 Name", "Option2 Value", "Option3 Name", "Option3 Value",
    "Variant SKU", "Variant Grams", "Variant Inventory Tracker", "Variant Inventory Qty", "Variant Inventory Policy",
    "Variant Fulfillment Service", "Variant Price", "Variant Compare At Price", "Variant Requires Shipping", "Variant Taxable",
    "Variant Barcode", "Image Src", "Image Position", "Image Alt Text", "Gift Card", "SEO Title", "SEO Description",
    "Google Shopping / Google Product Category", "Google Shopping / Gender", "Google Shopping / Age Group", "Google Shopping / MPN",
    "Google Shopping / Condition", "Google Shopping / Custom Product", "Google Shopping / Custom Label 0",
    "Google Shopping / Custom Label 1", "Google Shopping / Custom Label 2", "Google Shopping / Custom Label 3",
    "Google Shopping / Custom Label 4", "Variant Image", "Variant Weight Unit", "Variant Tax Code", "Cost per item", "Status",
)  # fmt: skip
ATTRIBUTES: Final[dict[str, str]] = {
    "Google Shopping / Gender": "gender",
    "Google Shopping / Age Group": "age_group",
    "Google Shopping / Condition": "condition",
    **{f"Google Shopping / Custom Label {n}": f"custom_label_{n}" for n in range(5)},
}
"""Columns that become attributes of the product."""
_BY_LOWER: Final = {name.lower(): name for name in CLASSIC} | {new.lower(): old for new, old in NEWER.items()}
_KNOWN: Final = frozenset((*CLASSIC, *NEWER.values()))
_NEW_NAMES: Final = {old: new for new, old in NEWER.items()}
_OF_VARIANT: Final = ("Variant ", "Cost per item", "Included / ", "Price / ", "Compare At Price / ", "Compare-at price / ", "Unit Price ")


def classic_name(column: str) -> str:
    """The column's older name; an unknown column keeps its own."""
    return _BY_LOWER.get(column.lower(), column)


def newer_name(column: str) -> str:
    """The column's name in today's template; an unknown column keeps its own."""
    return _NEW_NAMES.get(column, column)


def of_variant(column: str) -> bool:
    """True if each variant has its own value in this column; so it is with columns that Shopify does not know."""
    if column.startswith(_OF_VARIANT) or "(variant.metafields." in column:
        return True
    return column not in _KNOWN and "(product.metafields." not in column
