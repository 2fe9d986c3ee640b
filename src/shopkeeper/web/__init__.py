"""The pages: a storefront for shoppers and a console for merchants, rendered on the server, in Chinese and English, whole without JavaScript.

`app.mount` hangs them into the HTTP application. A request becomes a `Visit` (shop, language, what was looked at), a route asks the shop's
services and fills the page's frozen context (`contexts.py`, `console/contexts.py`), and the template of the same name renders that and nothing else.
"""
