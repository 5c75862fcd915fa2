# The buckets of the account; who may read and write them is in account.json.
provider "aws" {
  region              = "eu-west-1"
  allowed_account_ids = ["111122223333"]
}

resource "aws_s3_bucket" "models" {
  bucket = "harbour-models"
}

resource "aws_s3_bucket" "conversations" {
  bucket = "harbour-conversations"
}
