"""Deploys template.yaml as `make deploy` does, and says what came of it."""

import json
import os
import platform
import re
import shutil
import zipfile

import boto3

import surroundings

PARAMETERS = {
    "Architecture": {"x86_64": "x86_64", "aarch64": "arm64", "arm64": "arm64"}[platform.machine()],
    "KeepTables": "false",
    # Destinations of a trial are on this machine.
    "EgressAllow": "127.0.0.1/32",
}


def deploy(folder, built):
    """Deploys with the functions in `built` (what `cargo lambda build --output-format zip` made), or with
    empty ones where none are named."""
    # The template names its functions' files relative to itself.
    shutil.copy(surroundings.ROOT / "template.yaml", folder)
    os.mkdir(os.path.join(folder, "target"))
    lambdas = os.path.join(folder, "target/lambda")
    if built:
        os.symlink(os.path.abspath(built), lambdas)
    else:
        empty(lambdas)
    overrides = [f"{name}={value}" for name, value in PARAMETERS.items()]
    log = os.path.join(folder, "sam.log")
    with open(log, "wb") as out:
        sam = surroundings.start(
            [
                surroundings.ROOT / ".venv-sam/bin/sam",
                "deploy",
                "--stack-name",
                surroundings.STACK,
                "--template-file",
                os.path.join(folder, "template.yaml"),
                # Not the operator's own samconfig.toml.
                "--config-env",
                "local",
                "--resolve-s3",
                "--no-confirm-changeset",
                "--no-progressbar",
                "--capabilities",
                "CAPABILITY_IAM",
                "--parameter-overrides",
                *overrides,
            ],
            stdout=out,
            stderr=out,
            # Its own notes about the deployment.
            env=dict(os.environ, HOME=folder),
        )
        code = sam.wait()
    if code:
        with open(log, encoding="utf-8", errors="replace") as said:
            raise surroundings.Failed(f"sam deploy failed:\n{said.read()}")


def empty(lambdas):
    for function in sorted(os.listdir(surroundings.ROOT / "functions")):
        os.makedirs(os.path.join(lambdas, function))
        with zipfile.ZipFile(os.path.join(lambdas, function, "bootstrap.zip"), "w") as archive:
            archive.writestr("bootstrap", "")


def describe(server):
    """What others need to know of the deployed stack, once what the local server leaves out is done."""
    formation = client(server, "cloudformation")
    (stack,) = formation.describe_stacks(StackName=surroundings.STACK)["Stacks"]
    listed = formation.describe_stack_resources(StackName=surroundings.STACK)["StackResources"]
    resources = {each["LogicalResourceId"]: each["PhysicalResourceId"] for each in listed}
    functions = [each["LogicalResourceId"] for each in listed if each["ResourceType"] == "AWS::Lambda::Function"]
    processed = formation.get_template(StackName=surroundings.STACK, TemplateStage="Processed")["TemplateBody"]
    route(server, processed["Resources"], resources)
    limit(server, processed["Parameters"])
    server.api_id = resources["HttpApi"]
    return {
        "url": server.url,
        "endpoint": server.endpoint,
        "region": surroundings.REGION,
        "stack": surroundings.STACK,
        "outputs": {each["OutputKey"]: each["OutputValue"] for each in stack["Outputs"]},
        "functions": {name.lower(): resources[name] for name in functions},
    }


def client(server, service):
    return boto3.client(service, endpoint_url=server.endpoint)


def route(server, template, resources):
    """Makes the routes that SAM has written into the API's OpenAPI body, which the server ignores."""
    gateway, functions = client(server, "apigatewayv2"), client(server, "lambda")
    api = resources["HttpApi"]
    for path, methods in template["HttpApi"]["Properties"]["Body"]["paths"].items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            (name,) = re.findall(r"\$\{(\w+)\.Arn\}", json.dumps(integration["uri"]))
            arn = functions.get_function(FunctionName=resources[name])["Configuration"]["FunctionArn"]
            made = gateway.create_integration(
                ApiId=api,
                IntegrationType="AWS_PROXY",
                IntegrationUri=arn,
                PayloadFormatVersion=integration["payloadFormatVersion"],
            )
            verb = "ANY" if method == "x-amazon-apigateway-any-method" else method.upper()
            gateway.create_route(ApiId=api, RouteKey=f"{verb} {path}", Target=f"integrations/{made['IntegrationId']}")


def limit(server, parameters):
    """Says the event source's concurrency again, as a number: the server takes a parameter for a text."""
    functions = client(server, "lambda")
    (mapping,) = functions.list_event_source_mappings()["EventSourceMappings"]
    most = int(parameters["DispatchConcurrency"]["Default"])
    functions.update_event_source_mapping(UUID=mapping["UUID"], ScalingConfig={"MaximumConcurrency": most})
