//! A table, with the few calls that both of ours are used by. Reads are strongly consistent: what a
//! caller was answered must be there when the next one looks.

use std::error::Error;
use std::time::Duration;

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::error::{ProvideErrorMetadata, SdkError};
use aws_sdk_dynamodb::operation::delete_item::DeleteItemError;
use aws_sdk_dynamodb::operation::put_item::PutItemError;
use aws_sdk_dynamodb::operation::transact_write_items::TransactWriteItemsError;
use aws_sdk_dynamodb::operation::update_item::UpdateItemError;
use aws_sdk_dynamodb::types::{
    CancellationReason, Put, ReturnValuesOnConditionCheckFailure, TransactWriteItem,
    Update as UpdateInTransaction,
};
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;

use crate::failure::Failure;
use crate::items::{Item, text};
use crate::keys::{Key, PK, SK};
use crate::update::Update;

mod reads;

pub(crate) use reads::{Entry, Span};

const OLD: ReturnValuesOnConditionCheckFailure = ReturnValuesOnConditionCheckFailure::AllOld;
/// A transaction that met another on its item, or a throttled one, is tried again after these: the
/// SDK itself does not look into the reasons.
const TRANSACTION_WAITS: [Duration; 4] = [
    Duration::from_millis(25),
    Duration::from_millis(50),
    Duration::from_millis(100),
    Duration::from_millis(200),
];
/// Whoever may write an item at all may write it where there is none.
const NONE_OR_EQUAL: &str = "attribute_not_exists(pk) OR #name = :value";

/// What came of a conditional write.
#[derive(Debug)]
#[must_use]
pub(crate) enum Written {
    /// It is done.
    Done,
    /// The condition failed: the item as it is, if there is one.
    Not(Option<Item>),
}

/// A table.
#[derive(Debug, Clone)]
pub(crate) struct Table {
    client: Client,
    name: String,
}

impl Table {
    /// A table of this name.
    pub(crate) fn new(client: Client, name: impl Into<String>) -> Self {
        Self { client, name: name.into() }
    }

    /// The item of a key.
    pub(crate) async fn get(&self, key: Key) -> Result<Option<Item>, Failure> {
        let call = self.client.get_item().table_name(&self.name).consistent_read(true);
        let call = call.key(PK, text(key.pk)).key(SK, text(key.sk));
        Ok(call.send().await.map_err(|error| Failure::of("GetItem", error))?.item)
    }

    /// All items of a partition whose sort keys begin like this, by sort key.
    pub(crate) async fn query(&self, pk: &str, begin: &str) -> Result<Vec<Item>, Failure> {
        let mut call = self
            .client
            .query()
            .table_name(&self.name)
            .consistent_read(true)
            .expression_attribute_values(":pk", text(pk));
        call = if begin.is_empty() {
            // A prefix of nothing is refused.
            call.key_condition_expression("pk = :pk")
        } else {
            call.key_condition_expression("pk = :pk AND begins_with(sk, :sk)")
                .expression_attribute_values(":sk", text(begin))
        };
        let items = call.into_paginator().items().send().collect::<Result<_, _>>().await;
        items.map_err(|error| Failure::of("Query", error))
    }

    /// The items of a partition after a sort key, by sort key, at most `most`.
    pub(crate) async fn after(
        &self,
        pk: &str,
        after: Option<&str>,
        most: usize,
    ) -> Result<Vec<Item>, Failure> {
        let call = self.client.query().table_name(&self.name).consistent_read(true);
        let call = call.expression_attribute_values(":pk", text(pk));
        let call = match after {
            None => call.key_condition_expression("pk = :pk"),
            Some(after) => call
                .key_condition_expression("pk = :pk AND sk > :after")
                .expression_attribute_values(":after", text(after)),
        };
        let pages = call.limit(i32::try_from(most).unwrap_or(i32::MAX)).into_paginator();
        let mut items = pages.items().send();
        let mut found = Vec::new();
        while found.len() < most {
            match items.next().await {
                Some(item) => found.push(item.map_err(|error| Failure::of("Query", error))?),
                None => break,
            }
        }
        Ok(found)
    }

    /// All items of a small table.
    pub(crate) async fn scan(&self) -> Result<Vec<Item>, Failure> {
        let call = self.client.scan().table_name(&self.name).consistent_read(true);
        let items = call.into_paginator().items().send().collect::<Result<_, _>>().await;
        items.map_err(|error| Failure::of("Scan", error))
    }

    /// Puts an item, whatever was there.
    pub(crate) async fn put(&self, item: Item) -> Result<(), Failure> {
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        call.send().await.map(drop).map_err(|error| Failure::of("PutItem", error))
    }

    /// Puts an item if there is none of its key.
    pub(crate) async fn put_new(&self, item: Item) -> Result<Written, Failure> {
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let call = call.condition_expression("attribute_not_exists(pk)");
        let call = call.return_values_on_condition_check_failure(OLD);
        put_outcome(call.send().await)
    }

    /// Puts an item if there is none of its key, or one with this attribute.
    pub(crate) async fn put_over(
        &self,
        item: Item,
        (name, value): (&str, &str),
    ) -> Result<Written, Failure> {
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let call = call
            .condition_expression(NONE_OR_EQUAL)
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", text(value))
            .return_values_on_condition_check_failure(OLD);
        put_outcome(call.send().await)
    }

    /// Puts an item over one with these attributes.
    pub(crate) async fn put_where(
        &self,
        item: Item,
        [(a, is_a), (b, is_b)]: [(&str, &str); 2],
    ) -> Result<Written, Failure> {
        let call = self.client.put_item().table_name(&self.name).set_item(Some(item));
        let call = call
            .condition_expression("#a = :a AND #b = :b")
            .expression_attribute_names("#a", a)
            .expression_attribute_names("#b", b)
            .expression_attribute_values(":a", text(is_a))
            .expression_attribute_values(":b", text(is_b))
            .return_values_on_condition_check_failure(OLD);
        put_outcome(call.send().await)
    }

    /// Deletes an item with this attribute; one that is not there is deleted.
    pub(crate) async fn delete(
        &self,
        key: Key,
        (name, value): (&str, &str),
    ) -> Result<Written, Failure> {
        let call = self.client.delete_item().table_name(&self.name);
        let call = call
            .key(PK, text(key.pk))
            .key(SK, text(key.sk))
            .condition_expression(NONE_OR_EQUAL)
            .expression_attribute_names("#name", name)
            .expression_attribute_values(":value", text(value))
            .return_values_on_condition_check_failure(OLD);
        let unmet = DeleteItemError::is_conditional_check_failed_exception;
        written("DeleteItem", call.send().await, unmet, |error| {
            if let DeleteItemError::ConditionalCheckFailedException(unmet) = error {
                unmet.item
            } else {
                None
            }
        })
    }

    /// Removes an item; one that is not there is removed.
    pub(crate) async fn remove(&self, key: Key) -> Result<(), Failure> {
        let call = self.client.delete_item().table_name(&self.name);
        let call = call.key(PK, text(key.pk)).key(SK, text(key.sk));
        call.send().await.map(drop).map_err(|error| Failure::of("DeleteItem", error))
    }

    /// Updates an item under the update's condition.
    pub(crate) async fn update(&self, update: Update) -> Result<Written, Failure> {
        let call = self.client.update_item().table_name(&self.name);
        let call = call
            .update_expression(update.expression())
            .condition_expression(update.condition())
            .key(PK, text(update.key.pk))
            .key(SK, text(update.key.sk))
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(update.values)
            .return_values_on_condition_check_failure(OLD);
        let unmet = UpdateItemError::is_conditional_check_failed_exception;
        written("UpdateItem", call.send().await, unmet, |error| {
            if let UpdateItemError::ConditionalCheckFailedException(unmet) = error {
                unmet.item
            } else {
                None
            }
        })
    }

    /// Updates an item under the update's condition and puts another: both or neither.
    pub(crate) async fn update_and_put(
        &self,
        update: Update,
        item: Item,
    ) -> Result<Written, Failure> {
        const OPERATION: &str = "TransactWriteItems";
        let unbuilt = |error| Failure::Unanswered { operation: OPERATION, source: Box::new(error) };
        let change = UpdateInTransaction::builder()
            .table_name(&self.name)
            .update_expression(update.expression())
            .condition_expression(update.condition())
            .key(PK, text(update.key.pk))
            .key(SK, text(update.key.sk))
            .set_expression_attribute_names(Some(update.names))
            .set_expression_attribute_values(update.values)
            .return_values_on_condition_check_failure(OLD);
        let change = TransactWriteItem::builder().update(change.build().map_err(unbuilt)?).build();
        let put = Put::builder().table_name(&self.name).set_item(Some(item));
        let put = TransactWriteItem::builder().put(put.build().map_err(unbuilt)?).build();
        let mut waits = TRANSACTION_WAITS.into_iter();
        loop {
            let call = self.client.transact_write_items();
            let call = call.transact_items(change.clone()).transact_items(put.clone());
            let sent = call.send().await;
            let outcome = written(
                OPERATION,
                sent,
                |error| unmet_in(error).is_some(),
                |error| unmet_in(&error)?.item.clone(),
            );
            let again = matches!(&outcome, Err(Failure::Refused { code, .. }) if code == CANCELED);
            match waits.next() {
                Some(wait) if again => tokio::time::sleep(wait).await,
                Some(_) | None => return outcome,
            }
        }
    }
}

/// What AWS calls a transaction that was not done.
const CANCELED: &str = "TransactionCanceledException";

/// What came of a conditional write: `unmet` says whether an error is about the condition, and `old`
/// takes the item out of it.
fn written<O, E>(
    operation: &'static str,
    sent: Result<O, SdkError<E, HttpResponse>>,
    unmet: impl FnOnce(&E) -> bool,
    old: impl FnOnce(E) -> Option<Item>,
) -> Result<Written, Failure>
where
    E: ProvideErrorMetadata + Error + Send + Sync + 'static,
{
    match sent {
        Ok(_) => Ok(Written::Done),
        Err(SdkError::ServiceError(said)) if unmet(said.err()) => {
            Ok(Written::Not(old(said.into_err())))
        }
        Err(error) => Err(Failure::of(operation, error)),
    }
}

fn put_outcome<O>(
    sent: Result<O, SdkError<PutItemError, HttpResponse>>,
) -> Result<Written, Failure> {
    written("PutItem", sent, PutItemError::is_conditional_check_failed_exception, |error| {
        if let PutItemError::ConditionalCheckFailedException(unmet) = error {
            unmet.item
        } else {
            None
        }
    })
}

/// The reason that says so, if an unmet condition was what canceled the transaction.
fn unmet_in(error: &TransactWriteItemsError) -> Option<&CancellationReason> {
    let TransactWriteItemsError::TransactionCanceledException(canceled) = error else {
        return None;
    };
    let unmet = |r: &&CancellationReason| r.code.as_deref() == Some("ConditionalCheckFailed");
    canceled.cancellation_reasons().iter().find(unmet)
}
