//! A developer's journey: a webhook, a payment at it, the log, once more, a table, and who did all that.

use console::access::Scope;
use expect_test::expect;
use serde_json::{Value, json};

use crate::Story;

#[tokio::test]
async fn from_a_new_webhook_to_the_audit_log() {
    let mut story = Story::begin(&Scope::ALL).await;
    let webhook = json!({
        "bank_account_id": 0, "name": "Website", "event_type": "In_only", "authen_type": "Api_Key",
        "api_key": "a key of the website's", "request_content_type": "Json",
        "webhook_url": "https://example.com/payment", "is_verify_payment": 1,
    });
    let made = story.call("POST", "/api/v1/webhooks", webhook).await;
    expect![[r#"
        POST /api/v1/webhooks {"api_key":"a key of the website's","authen_type":"Api_Key","bank_account_id":0,"event_type":"In_only","is_verify_payment":1,"name":"Website","request_content_type":"Json","webhook_url":"https://example.com/payment"}
        201
        {
          "data": {"id":7732490123003300},
          "id": 7732490123003300,
          "message": "the webhook was created",
          "status": "success"
        }

    "#]].assert_eq(&story.told());

    story.pay("T1", 1_250_000, "DH1024 chuyen tien").await;
    expect![[r#"
        → /payment msg_798979038678345c55b4a938caec433f Apikey a key of the website's
        {
          "data": {
            "account": "0071000123",
            "amount": "1250000",
            "bank": "acb",
            "content": "DH1024 chuyen tien",
            "currency": "VND",
            "direction": "in",
            "id": "T1",
            "key": "thueapi/shop/acb:0071000123:in:T1",
            "kind": "transfer.in",
            "late": false,
            "object": {
              "content": "DH1024 chuyen tien",
              "datetime": "2026-03-01 08:59:00",
              "gateway": "acb",
              "money": 1250000,
              "number": "0071000123",
              "txn_id": "T1",
              "type": "in"
            },
            "occurred": "2026-03-01T08:59:00+07:00",
            "provider": "thueapi",
            "received": "2026-03-01T02:00:01Z",
            "reference": "T1",
            "source": "shop",
            "test": false
          },
          "timestamp": "2026-03-01T08:59:00+07:00",
          "type": "transfer.in"
        }

    "#]]
    .assert_eq(&story.told());

    let log = story.call("GET", "/api/v1/events", Value::Null).await;
    expect![[r#"
        GET /api/v1/events
        200
        {
          "data": [
            {
              "amount": "1250000",
              "balance": null,
              "currency": "VND",
              "deliveries": [
                {
                  "answered": 1,
                  "attempts": 1,
                  "destination": "webhook-b934252f607e",
                  "due": null,
                  "last_attempt": "2026-03-01T02:00:01Z",
                  "name": "Website",
                  "reason": null,
                  "state": "delivered",
                  "webhook_id": 7732490123003300
                }
              ],
              "direction": "in",
              "facts": {
                "account": "0071000123",
                "bank": "acb",
                "content": "DH1024 chuyen tien",
                "id": "T1",
                "reference": "T1"
              },
              "id": "dGh1ZWFwaS9zaG9wL2FjYjowMDcxMDAwMTIzOmluOlQx",
              "in_conflict": false,
              "key": "thueapi/shop/acb:0071000123:in:T1",
              "kind": "transfer.in",
              "late": false,
              "occurred": "2026-03-01T08:59:00+07:00",
              "provenance": "hook",
              "received": "2026-03-01T02:00:01Z",
              "source": "thueapi/shop",
              "test": false,
              "verified": true
            }
          ],
          "meta": {"next_cursor":null},
          "status": "success"
        }

    "#]]
    .assert_eq(&story.told());

    let event = format!("/api/v1/events/{}", log["data"][0]["id"].as_str().unwrap());
    let resend = format!("{event}/deliveries/{}/resend", made["id"]);
    story.call("POST", &resend, Value::Null).await;
    story.deliver().await;
    expect![[r#"
        POST /api/v1/events/dGh1ZWFwaS9zaG9wL2FjYjowMDcxMDAwMTIzOmluOlQx/deliveries/7732490123003300/resend
        200
        {"message":"it goes out within moments; read the event to see what came of it","status":"success"}

        → /payment msg_798979038678345c55b4a938caec433f Apikey a key of the website's
        (the same body)

    "#]].assert_eq(&story.told());

    story.call("GET", &event, Value::Null).await;
    expect![[r#"
        GET /api/v1/events/dGh1ZWFwaS9zaG9wL2FjYjowMDcxMDAwMTIzOmluOlQx
        200
        {
          "data": {
            "amount": "1250000",
            "attempts": [
              {
                "detail": "{\"success\":true}",
                "http_status": 200,
                "n": 1,
                "started": "2026-03-01T02:00:01Z",
                "took_ms": 0,
                "verdict": "delivered",
                "webhook_id": 7732490123003300
              },
              {
                "detail": "{\"success\":true}",
                "http_status": 200,
                "n": 2,
                "started": "2026-03-01T02:00:01Z",
                "took_ms": 0,
                "verdict": "delivered",
                "webhook_id": 7732490123003300
              }
            ],
            "balance": null,
            "conflicts": [],
            "currency": "VND",
            "deliveries": [
              {
                "answered": 2,
                "attempts": 2,
                "destination": "webhook-b934252f607e",
                "due": null,
                "last_attempt": "2026-03-01T02:00:01Z",
                "name": "Website",
                "reason": null,
                "state": "delivered",
                "webhook_id": 7732490123003300
              }
            ],
            "direction": "in",
            "facts": {"account":"0071000123","bank":"acb","content":"DH1024 chuyen tien","id":"T1","reference":"T1"},
            "id": "dGh1ZWFwaS9zaG9wL2FjYjowMDcxMDAwMTIzOmluOlQx",
            "in_conflict": false,
            "key": "thueapi/shop/acb:0071000123:in:T1",
            "kind": "transfer.in",
            "late": false,
            "object": {
              "content": "DH1024 chuyen tien",
              "datetime": "2026-03-01 08:59:00",
              "gateway": "acb",
              "money": 1250000,
              "number": "0071000123",
              "txn_id": "T1",
              "type": "in"
            },
            "occurred": "2026-03-01T08:59:00+07:00",
            "provenance": "hook",
            "received": "2026-03-01T02:00:01Z",
            "source": "thueapi/shop",
            "test": false,
            "verified": true
          },
          "status": "success"
        }

    "#]].assert_eq(&story.told());

    story.call("GET", "/api/v1/export?from=2026-03-01", Value::Null).await;
    story.call("GET", "/api/v1/changes", Value::Null).await;
    expect![[r#"
        GET /api/v1/export?from=2026-03-01
        200
        (BOM)received,occurred,source,kind,direction,amount,currency,balance,test,account,virtual_account,bank,counterparty,counterparty_account,code,content,reference,key
        2026-03-01 09:00:01,2026-03-01 08:59:00,thueapi/shop,transfer.in,in,1250000,VND,,0,0071000123,,acb,,,,DH1024 chuyen tien,T1,thueapi/shop/acb:0071000123:in:T1

        GET /api/v1/changes
        200
        {
          "data": [
            {
              "at": "2026-03-01T02:00:01Z",
              "by": "client_07c2e0e96aa8fbbe",
              "call": "POST /api/v1/events/dGh1ZWFwaS9zaG9wL2FjYjowMDcxMDAwMTIzOmluOlQx/deliveries/7732490123003300/resend",
              "fields": [],
              "name": "the shop's program"
            },
            {
              "at": "2026-03-01T02:00:00Z",
              "by": "client_07c2e0e96aa8fbbe",
              "call": "POST /api/v1/webhooks",
              "fields": [
                "api_key",
                "authen_type",
                "bank_account_id",
                "event_type",
                "is_verify_payment",
                "name",
                "request_content_type",
                "webhook_url"
              ],
              "name": "the shop's program"
            }
          ],
          "meta": {"next_cursor":null},
          "status": "success"
        }

    "#]].assert_eq(&story.told());
}
