# One machine at EC2 with Debian 12, Haat on it, and a disk of its own for the shop's data.
#
#     module "shop" {
#       source          = "./deploy/terraform"
#       subnet_id       = "subnet-…"
#       package_url     = "https://…/haat_0.1.0_amd64.deb"
#       package_sha256  = "…"
#       public_url      = "https://api.shop.example"
#       frontend_url    = "https://shop.example"
#       admin_networks  = ["198.51.100.7/32"]
#       ssh_key_name    = "mine"
#     }

terraform {
  required_version = ">= 1.3"
  required_providers {
    aws = {
      source  = "hashicorp/aws"
      version = ">= 5.0"
    }
  }
}

# Debian's own images.
data "aws_ami" "debian" {
  most_recent = true
  owners      = ["136693071363"]

  filter {
    name   = "name"
    values = ["debian-12-amd64-*"]
  }
}

data "aws_subnet" "shop" {
  id = var.subnet_id
}

resource "aws_security_group" "shop" {
  name_prefix = "${var.name}-"
  description = "HTTP for everybody, SSH for the administrators"
  vpc_id      = data.aws_subnet.shop.vpc_id

  dynamic "ingress" {
    for_each = [80, 443]
    content {
      description      = "Customers"
      from_port        = ingress.value
      to_port          = ingress.value
      protocol         = "tcp"
      cidr_blocks      = ["0.0.0.0/0"]
      ipv6_cidr_blocks = ["::/0"]
    }
  }

  dynamic "ingress" {
    for_each = length(var.admin_networks) > 0 ? [22] : []
    content {
      description = "Administrators"
      from_port   = ingress.value
      to_port     = ingress.value
      protocol    = "tcp"
      cidr_blocks = var.admin_networks
    }
  }

  egress {
    description      = "Packages, mail, images"
    from_port        = 0
    to_port          = 0
    protocol         = "-1"
    cidr_blocks      = ["0.0.0.0/0"]
    ipv6_cidr_blocks = ["::/0"]
  }

  lifecycle {
    create_before_destroy = true
  }
}

resource "aws_instance" "shop" {
  ami                    = data.aws_ami.debian.id
  instance_type          = var.instance_type
  subnet_id              = var.subnet_id
  vpc_security_group_ids = [aws_security_group.shop.id]
  key_name               = var.ssh_key_name

  # Only filled in; the shell's own variables in that file have no braces.
  user_data = templatefile("${path.module}/../cloud-init.yaml", {
    public_url     = var.public_url
    frontend_url   = var.frontend_url
    package_url    = var.package_url
    package_sha256 = var.package_sha256
    data_device    = local.data_device
  })

  metadata_options {
    http_tokens = "required"
  }

  root_block_device {
    volume_type = "gp3"
    encrypted   = true
  }

  tags = { Name = var.name }

  lifecycle {
    # A newer image of Debian is no reason to make the machine anew.
    ignore_changes = [ami]
  }
}

# Apart from the machine, which can be replaced.
resource "aws_ebs_volume" "data" {
  availability_zone = data.aws_subnet.shop.availability_zone
  size              = var.data_gib
  type              = "gp3"
  encrypted         = true
  tags              = { Name = "${var.name}-data" }

  lifecycle {
    prevent_destroy = true
  }
}

resource "aws_volume_attachment" "data" {
  device_name = local.data_device
  volume_id   = aws_ebs_volume.data.id
  instance_id = aws_instance.shop.id
}

locals {
  data_device = "/dev/sdf"
}
