"""From a query to a page of products: understand -> retrieve -> narrow -> sort -> highlight."""
