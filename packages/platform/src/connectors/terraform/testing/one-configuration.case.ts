/** The account of `one-account.case.ts` as a folder of `.tf` files: modules, `for_each`, `count`, defaults, locals, policies. */
import { account, github, secret } from './one-account.case.ts';

export const configuration = {
  'providers.tf': `
terraform { required_version = ">= 1.5" }
provider "aws" {
  region              = var.region
  allowed_account_ids = ["${account}"]
}
variable "region" { default = "eu-west-1" }
variable "prefix" {
  type    = string
  default = "wrong"
}
variable "notebooks" { default = true }
variable "people" { default = ["ann", "bob"] }
data "aws_caller_identity" "me" {}
data "aws_region" "here" {}
`,
  'terraform.tfvars': 'prefix = "acme"\n',
  'locals.tf': `
locals {
  services  = { scorer = "lambda", admin = "ec2", cluster = "eks" }
  learners  = { etl = { service = "glue", buckets = ["datasets", "models"] }, lab = { service = "sagemaker", buckets = ["datasets"], boundary = true } }
  here      = "\${data.aws_region.here.name}:\${data.aws_caller_identity.me.account_id}"
  subjects  = [for what in ["ref:refs/heads/main", "environment:prod"] : "repo:acme/models:\${what}"]
  variables = { STAGE = { type = "PLAINTEXT", value = "prod" }, HUB = { type = "PARAMETER_STORE", value = aws_ssm_parameter.token["hub"].name } }
}
`,
  'iam.tf': `
data "aws_iam_policy_document" "trust" {
  for_each = local.services
  statement {
    actions = ["sts:AssumeRole"]
    principals {
      type        = "Service"
      identifiers = ["\${each.value}.amazonaws.com"]
    }
  }
}
resource "aws_iam_role" "service" {
  for_each           = local.services
  name               = each.key
  assume_role_policy = data.aws_iam_policy_document.trust[each.key].json
  tags               = each.key == "scorer" ? { owner = "ml" } : {}
}
resource "aws_iam_role_policy" "scorer" {
  name = "scorer"
  role = aws_iam_role.service["scorer"].name
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "s3:GetObject", Resource = "\${module.store.arns["models"]}/*" }]
  })
}
resource "aws_iam_role_policy" "admin" {
  name   = "admin"
  role   = aws_iam_role.service["admin"].id
  policy = <<-EOT
    {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
  EOT
}
resource "aws_iam_instance_profile" "admin" {
  name = "admin"
  role = aws_iam_role.service["admin"].name
}
resource "aws_iam_policy" "parameters" {
  name   = "parameters"
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ssm:GetParameter"], Resource = "arn:aws:ssm:\${local.here}:parameter/ml/*" }]
  })
}
resource "aws_iam_policy" "ceiling" {
  name   = "ceiling"
  policy = data.aws_iam_policy_document.ceiling.json
}
data "aws_iam_policy_document" "ceiling" {
  statement {
    actions   = [for service in ["s3", "sagemaker"] : format("%s:*", service)]
    resources = ["*"]
  }
}
resource "aws_iam_role_policy_attachment" "parameters" {
  role       = aws_iam_role.service["scorer"].name
  policy_arn = aws_iam_policy.parameters.arn
}
resource "aws_iam_role_policy_attachment" "cluster" {
  role       = aws_iam_role.service["cluster"].name
  policy_arn = "arn:aws:iam::aws:policy/AdministratorAccess"
}
module "learner" {
  source   = "./modules/role"
  for_each = local.learners
  name     = each.key
  service  = each.value.service
  buckets  = [for name in each.value.buckets : module.store.arns[name]]
  boundary = lookup(each.value, "boundary", false) ? aws_iam_policy.ceiling.arn : null
}
resource "aws_iam_group" "engineers" { name = "engineers" }
resource "aws_iam_group_policy" "push" {
  name   = "push"
  group  = aws_iam_group.engineers.name
  policy = jsonencode({ Version = "2012-10-17", Statement = [{ Effect = "Allow", Action = "ecr:*", Resource = "*" }] })
}
resource "aws_iam_user" "person" {
  for_each = toset(var.people)
  name     = each.key
}
resource "aws_iam_user_group_membership" "person" {
  for_each = aws_iam_user.person
  user     = each.value.name
  groups   = [aws_iam_group.engineers.name]
}
`,
  'github.tf': `
resource "aws_iam_openid_connect_provider" "github" {
  url            = "https://${github}"
  client_id_list = ["sts.amazonaws.com"]
}
data "aws_iam_policy_document" "github" {
  statement {
    actions = ["sts:AssumeRoleWithWebIdentity"]
    principals {
      type        = "Federated"
      identifiers = [aws_iam_openid_connect_provider.github.arn]
    }
    condition {
      test     = "StringEquals"
      variable = "${github}:aud"
      values   = ["sts.amazonaws.com"]
    }
    condition {
      test     = "StringLike"
      variable = "${github}:sub"
      values   = local.subjects
    }
  }
}
resource "aws_iam_role" "deploy" {
  name               = "deploy"
  assume_role_policy = data.aws_iam_policy_document.github.json
}
resource "aws_iam_role_policy" "deploy" {
  name   = "deploy"
  role   = aws_iam_role.deploy.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["ecr:PutImage", "lambda:UpdateFunctionCode"], Resource = "*" }]
  })
}
resource "aws_codebuild_project" "images" {
  name         = "images"
  service_role = aws_iam_role.deploy.arn
  source {
    type     = "GITHUB"
    location = "https://github.com/acme/models.git"
  }
  environment {
    image = "aws/codebuild/standard:7.0"
    dynamic "environment_variable" {
      for_each = local.variables
      content {
        name  = environment_variable.key
        type  = environment_variable.value.type
        value = environment_variable.value.value
      }
    }
  }
}
resource "aws_codebuild_webhook" "images" { project_name = aws_codebuild_project.images.name }
`,
  'workloads.tf': `
module "store" {
  source = "./modules/store"
  prefix = var.prefix
  names  = ["models", "datasets", "code"]
  closed = "models"
}
resource "aws_ssm_parameter" "token" {
  for_each = toset(["hub", "judge", "wiki"])
  name     = "/ml/\${each.key}"
  type     = "SecureString"
  value    = "${secret}"
}
resource "aws_ecr_repository" "image" {
  for_each             = { serving = "MUTABLE", training = "IMMUTABLE" }
  name                 = "ml/\${each.key}"
  image_tag_mutability = each.value
}
resource "aws_ecr_repository_policy" "training" {
  repository = aws_ecr_repository.image["training"].name
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { AWS = module.learner["lab"].arn }
      Action    = ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"]
    }]
  })
}
resource "aws_lambda_function" "scorer" {
  function_name = "scorer"
  role          = aws_iam_role.service["scorer"].arn
  package_type  = "Image"
  image_uri     = "\${aws_ecr_repository.image["serving"].repository_url}:latest"
  environment { variables = { TOKEN = "${secret}" } }
}
resource "aws_lambda_function_url" "scorer" {
  function_name      = aws_lambda_function.scorer.function_name
  authorization_type = "NONE"
}
resource "aws_lambda_function" "rotate" {
  function_name = "rotate"
  role          = aws_iam_role.service["scorer"].arn
  runtime       = "python3.12"
  filename      = "rotate.zip"
}
resource "aws_lambda_permission" "events" {
  statement_id  = "events"
  function_name = aws_lambda_function.rotate.function_name
  action        = "lambda:InvokeFunction"
  principal     = "events.amazonaws.com"
}
resource "aws_glue_job" "clean" {
  name     = "clean"
  role_arn = module.learner["etl"].arn
  command { script_location = "s3://\${module.store.names["code"]}/clean.py" }
}
resource "aws_eks_cluster" "prod" {
  name     = "prod"
  role_arn = aws_iam_role.service["cluster"].arn
  vpc_config { subnet_ids = [] }
  access_config { authentication_mode = "API" }
}
resource "aws_eks_access_entry" "deploy" {
  cluster_name  = aws_eks_cluster.prod.name
  principal_arn = aws_iam_role.deploy.arn
}
resource "aws_eks_access_policy_association" "deploy" {
  cluster_name  = aws_eks_cluster.prod.name
  principal_arn = aws_eks_access_entry.deploy.principal_arn
  policy_arn    = "arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy"
  access_scope { type = "cluster" }
}
resource "aws_eks_pod_identity_association" "scorer" {
  cluster_name    = aws_eks_cluster.prod.name
  namespace       = "ml"
  service_account = "scorer"
  role_arn        = aws_iam_role.service["scorer"].arn
}
resource "aws_eks_node_group" "workers" {
  cluster_name    = aws_eks_cluster.prod.name
  node_group_name = "workers"
  node_role_arn   = aws_iam_role.service["cluster"].arn
}
resource "aws_sagemaker_model" "fraud" {
  name               = "fraud"
  execution_role_arn = module.learner["lab"].arn
  primary_container {
    image          = "\${aws_ecr_repository.image["serving"].repository_url}:latest"
    model_data_url = "s3://\${module.store.names["models"]}/fraud.tar.gz"
  }
}
resource "aws_sagemaker_endpoint_configuration" "fraud" {
  name = "fraud"
  production_variants {
    variant_name = "all"
    model_name   = aws_sagemaker_model.fraud.name
  }
}
resource "aws_sagemaker_endpoint" "fraud" {
  name                 = "fraud"
  endpoint_config_name = aws_sagemaker_endpoint_configuration.fraud.name
}
resource "aws_sagemaker_notebook_instance" "lab" {
  count                  = var.notebooks ? 1 : 0
  name                   = "lab"
  role_arn               = module.learner["lab"].arn
  direct_internet_access = "Enabled"
  root_access            = "Enabled"
}
resource "aws_sagemaker_pipeline" "retrain" {
  pipeline_name = "retrain"
  role_arn      = module.learner["lab"].arn
}
`,
  'modules/role/main.tf': `
variable "name" { type = string }
variable "service" { type = string }
variable "buckets" { default = [] }
variable "boundary" { default = null }
resource "aws_iam_role" "this" {
  name                 = var.name
  permissions_boundary = var.boundary
  assume_role_policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = "sts:AssumeRole", Principal = { Service = "\${var.service}.amazonaws.com" } }]
  })
}
resource "aws_iam_role_policy" "this" {
  name = var.name
  role = aws_iam_role.this.id
  policy = jsonencode({
    Version   = "2012-10-17"
    Statement = [{ Effect = "Allow", Action = ["s3:GetObject", "s3:PutObject"], Resource = [for bucket in var.buckets : "\${bucket}/*"] }]
  })
}
output "arn" { value = aws_iam_role.this.arn }
`,
  'modules/store/main.tf': `
variable "prefix" {}
variable "names" {}
variable "closed" {}
resource "aws_s3_bucket" "this" {
  for_each = toset(var.names)
  bucket   = join("-", [var.prefix, each.value])
}
resource "aws_s3_bucket_policy" "closed" {
  bucket = aws_s3_bucket.this[var.closed].id
  policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Deny"
      Principal = "*"
      Action    = "s3:*"
      Resource  = "\${aws_s3_bucket.this[var.closed].arn}/*"
      Condition = { Bool = { "aws:SecureTransport" = "false" } }
    }]
  })
}
resource "aws_s3_bucket_public_access_block" "closed" {
  bucket                  = aws_s3_bucket.this[var.closed].id
  block_public_acls       = true
  ignore_public_acls      = true
  block_public_policy     = true
  restrict_public_buckets = true
}
resource "aws_s3_bucket_versioning" "closed" {
  bucket = aws_s3_bucket.this[var.closed].id
  versioning_configuration { status = "Enabled" }
}
output "names" { value = { for name, bucket in aws_s3_bucket.this : name => bucket.bucket } }
output "arns" { value = { for name, bucket in aws_s3_bucket.this : name => bucket.arn } }
`,
};
