PKG_BUILD_DIR:=$(OUT)/build
