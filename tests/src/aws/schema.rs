//! The two tables, made on a server as `template.yaml` says: there is one truth about their keys and
//! indexes, and what is deployed is what was tested.

use std::path::Path;
use std::{fs, iter};

use aws_sdk_dynamodb::Client;
use aws_sdk_dynamodb::types::{
    AttributeDefinition, BillingMode, GlobalSecondaryIndex, KeySchemaElement, KeyType, Projection,
    ProjectionType, ScalarAttributeType, TimeToLiveSpecification,
};
use saphyr::{LoadableYamlNode as _, Yaml};

/// A table's properties in the template.
#[derive(Debug)]
pub(super) struct Schema {
    attributes: Vec<AttributeDefinition>,
    keys: Vec<KeySchemaElement>,
    indexes: Vec<GlobalSecondaryIndex>,
    expires: Option<TimeToLiveSpecification>,
}

impl Schema {
    /// The table that is this resource of the template.
    pub(super) fn of(resource: &str) -> Self {
        let template = Path::new(env!("CARGO_MANIFEST_DIR")).with_file_name("template.yaml");
        let template = fs::read_to_string(&template).unwrap();
        let template = Yaml::load_from_str(&template).unwrap();
        let properties = &template[0]["Resources"][resource]["Properties"];
        Self {
            attributes: list(properties, "AttributeDefinitions").map(attribute).collect(),
            keys: keys(properties),
            indexes: list(properties, "GlobalSecondaryIndexes").map(index).collect(),
            expires: properties.as_mapping_get("TimeToLiveSpecification").map(expiry),
        }
    }

    /// Makes the table.
    pub(super) async fn make(self, dynamodb: &Client, name: &str) {
        dynamodb
            .create_table()
            .table_name(name)
            .set_attribute_definitions(Some(self.attributes))
            .set_key_schema(Some(self.keys))
            .set_global_secondary_indexes((!self.indexes.is_empty()).then_some(self.indexes))
            .billing_mode(BillingMode::PayPerRequest)
            .send()
            .await
            .unwrap();
        if let Some(expires) = self.expires {
            let expiring = dynamodb.update_time_to_live().table_name(name);
            expiring.time_to_live_specification(expires).send().await.unwrap();
        }
    }
}

fn attribute(yaml: &Yaml<'_>) -> AttributeDefinition {
    AttributeDefinition::builder()
        .attribute_name(text(yaml, "AttributeName"))
        .attribute_type(ScalarAttributeType::from(text(yaml, "AttributeType")))
        .build()
        .unwrap()
}

fn keys(yaml: &Yaml<'_>) -> Vec<KeySchemaElement> {
    let key = |yaml| {
        let key = KeySchemaElement::builder().attribute_name(text(yaml, "AttributeName"));
        key.key_type(KeyType::from(text(yaml, "KeyType"))).build().unwrap()
    };
    list(yaml, "KeySchema").map(key).collect()
}

fn index(yaml: &Yaml<'_>) -> GlobalSecondaryIndex {
    let projection = ProjectionType::from(text(&yaml["Projection"], "ProjectionType"));
    GlobalSecondaryIndex::builder()
        .index_name(text(yaml, "IndexName"))
        .set_key_schema(Some(keys(yaml)))
        .projection(Projection::builder().projection_type(projection).build())
        .build()
        .unwrap()
}

fn expiry(yaml: &Yaml<'_>) -> TimeToLiveSpecification {
    TimeToLiveSpecification::builder()
        .attribute_name(text(yaml, "AttributeName"))
        .enabled(yaml["Enabled"].as_bool().unwrap())
        .build()
        .unwrap()
}

fn text<'a>(yaml: &'a Yaml<'_>, name: &str) -> &'a str {
    yaml[name].as_str().unwrap_or_else(|| panic!("{name} of {yaml:?} is no text"))
}

/// The elements of a list, none where there is no such list.
fn list<'a, 'y>(yaml: &'a Yaml<'y>, name: &str) -> Box<dyn Iterator<Item = &'a Yaml<'y>> + 'a> {
    match yaml.as_mapping_get(name).and_then(Yaml::as_sequence) {
        Some(sequence) => Box::new(sequence.iter()),
        None => Box::new(iter::empty()),
    }
}
