"""Settings through the API, and what an admin's key leaves in the log."""

from shopkeeper.domain.audit import AuditQuery
from tests.api.conftest import Installation


def test_settings_are_read_changed_and_taken_back(shop: Installation) -> None:
    before = shop.get("/v1/settings", shop.admin).json()
    about = {one["key"]: one for one in before["settings"]}
    assert about["ranking.diversity"]["value"] == 0.2 and about["ranking.diversity"]["label"]["zh"] == "多样性"
    reply = shop.call("PATCH", "/v1/settings", shop.admin, json={"values": {"ranking.diversity": 0.7}, "version": before["version"]})
    assert reply.status_code == 200 and reply.json()["version"] == before["version"] + 1
    assert shop.demo.preferences.current().ranking.diversity == 0.7
    newest = shop.get("/v1/settings/history", shop.admin).json()["versions"][0]
    assert newest["changes"] == [{"key": "ranking.diversity", "before": "0.2", "after": "0.7"}] and newest["who"].startswith("key ")
    back = shop.post("/v1/settings/restore", shop.admin, json={"version": before["version"]})
    assert back.json()["version"] == before["version"] + 2
    assert shop.demo.preferences.current().ranking.diversity == 0.2


def test_what_cannot_be_set_is_refused_by_name_and_an_old_version_by_409(shop: Installation) -> None:
    for values, field in (({"ranking.diversity": 2}, "ranking.diversity"), ({"no.such": 1}, "no.such")):
        reply = shop.call("PATCH", "/v1/settings", shop.admin, json={"values": values})
        assert reply.status_code == 422 and reply.json()["errors"][0]["field"] == field
    newest = shop.get("/v1/settings", shop.admin).json()["version"]
    assert shop.call("PATCH", "/v1/settings", shop.admin, json={"values": {"ranking.diversity": 0.1}, "version": newest + 1}).status_code == 409
    assert shop.post("/v1/settings/restore", shop.admin, json={"version": 9_999}).status_code == 404


def test_only_an_admin_may(shop: Installation) -> None:
    for method, path in (("GET", "/v1/settings"), ("PATCH", "/v1/settings"), ("GET", "/v1/settings/history"), ("POST", "/v1/settings/restore")):
        for key in (shop.public, shop.secret):
            assert shop.call(method, path, key).status_code == 403


def test_what_an_admin_key_changes_is_written_down_without_the_secret(shop: Installation) -> None:
    minted = shop.post("/v1/keys", shop.admin, json={"name": "till"}).json()
    shop.call("DELETE", f"/v1/keys/{minted['id']}", shop.admin)
    revoked, made = shop.demo.audit.find(AuditQuery(limit=2))
    assert (made.what, made.target, revoked.what, revoked.target) == ("key.mint", minted["id"], "key.revoke", minted["id"])
    assert made.who.startswith("key ") and made.request_id and ("name", "", "till") in [(one.name, one.before, one.after) for one in made.changes]
    assert minted["token"].rsplit("_", 1)[1] not in repr((made, revoked))
